/* Three sensors on an Arduino Uno or Nano (ATmega328P, 16 MHz), sent as a pack at 115200 baud.

   A0 pulse (PulseSensor) · A1 skin: from 5 V over both electrodes to A1, 100 kOhm from A1 to GND · A2 breath (belt)

   In patch.toml: wire = "pack", slot = 1. The sensors are read by a timer, and so at even times whatever is being
   sent. Flash it with the Arduino IDE, or with avr-gcc and avrdude: it uses no library. */

#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdint.h>

#define GATEWAY 1
#define ROOM 128 /* of the 2 kB that there are */
#include "pack.h"

#define SLOT 1                /* the wearer */
#define RATE_HZ 100
#define SAMPLES 5             /* in a record: a packet every 50 ms */
#define STEP_10US (100000UL / RATE_HZ)
#define INPUTS 3
#define SKIN 1                /* the input that is given in uS */

static const uint8_t channels[INPUTS] = {0, 2, 3}; /* ppg, eda, resp */
static const int8_t exponents[INPUTS] = {0, -3, 0}; /* steps, 0.001 uS, steps */

static volatile int16_t taken[2][INPUTS][SAMPLES];
static volatile uint8_t filling, place, full; /* full: the other half waits to be sent */
static volatile uint32_t ticks;
static uint32_t newest_us;

static uint16_t read_input(uint8_t input) {
  ADMUX = (1 << REFS0) | input; /* against AVCC */
  ADCSRA |= 1 << ADSC;
  while (ADCSRA & (1 << ADSC)) {}
  return ADC;
}

/* Conductance in 0.001 uS: skin and 100 kOhm divide 5 V. */
static int16_t skin(uint16_t steps) {
  if (steps >= 1000) return 32767; /* the electrodes touch each other */
  uint32_t conductance = 10000UL * steps / (1023 - steps);
  return conductance > 32767 ? 32767 : conductance;
}

ISR(TIMER1_COMPA_vect) {
  for (uint8_t input = 0; input < INPUTS; input++) {
    uint16_t steps = read_input(input);
    taken[filling][input][place] = input == SKIN ? skin(steps) : (int16_t)steps;
  }
  ticks++;
  if (++place < SAMPLES) return;
  place = 0;
  filling = !filling;
  full = 1;
}

uint32_t now_us(void) { return newest_us; }

void usb_write(const uint8_t *data, uint16_t length) {
  while (length--) {
    while (!(UCSR0A & (1 << UDRE0))) {}
    UDR0 = *data++;
  }
}

void setup() {
  UCSR0A = 1 << U2X0;
  UBRR0 = 16; /* 115200 baud, 2 % fast, as all Arduinos have it */
  UCSR0C = (1 << UCSZ01) | (1 << UCSZ00);
  UCSR0B = 1 << TXEN0;
  ADCSRA = (1 << ADEN) | (1 << ADPS2) | (1 << ADPS1) | (1 << ADPS0); /* 125 kHz: ten sound bits */
  TCCR1A = 0;
  TCCR1B = (1 << WGM12) | (1 << CS11) | (1 << CS10); /* a tick in 4 us, up to OCR1A */
  OCR1A = 250000UL / RATE_HZ - 1;
  TIMSK1 = 1 << OCIE1A;
  sei();
}

void loop() {
  static int16_t samples[INPUTS][SAMPLES];
  cli();
  uint8_t ready = full;
  if (ready) {
    full = 0;
    newest_us = ticks * (1000000UL / RATE_HZ);
    for (uint8_t input = 0; input < INPUTS; input++)
      for (uint8_t k = 0; k < SAMPLES; k++) samples[input][k] = taken[!filling][input][k];
  }
  sei();
  if (!ready) return;
  for (uint8_t input = 0; input < INPUTS; input++)
    pack_add(SLOT, channels[input], samples[input], SAMPLES, exponents[input], STEP_10US);
  pack_send();
}

#ifndef ARDUINO
int main(void) {
  setup();
  for (;;) loop();
}
#endif
