/* Runs a firmware on a simulated ATmega328P and writes what its UART sends to standard output.

   avr FIRMWARE.elf SECONDS: conversion k of input n reads 500 * (n + 1) + 5 * (k % 200) millivolts. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

static unsigned conversions[8];
static avr_t *avr;
static int output;

static void converted(avr_irq_t *irq, uint32_t value, void *unused) {
  (void)irq; (void)unused;
  union { avr_adc_mux_t mux; uint32_t value; } asked = {.value = value};
  unsigned input = asked.mux.src & 7, k = conversions[input]++;
  avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC0 + input), 500 * (input + 1) + 5 * (k % 200));
}

static void sent(avr_irq_t *irq, uint32_t value, void *unused) {
  (void)irq; (void)unused;
  uint8_t byte = value;
  if (write(output, &byte, 1) != 1) exit(0);
}

int main(int count, char **words) {
  elf_firmware_t firmware = {0};
  output = dup(1);
  dup2(2, 1); /* what the simulator says of itself goes another way */
  if (count != 3 || elf_read_firmware(words[1], &firmware)) return 2;
  avr = avr_make_mcu_by_name("atmega328p");
  if (!avr) return 2;
  avr_init(avr);
  firmware.frequency = 16000000;
  avr_load_firmware(avr, &firmware);
  avr->vcc = avr->avcc = avr->aref = 5000;
  uint32_t flags = 0; /* not to the terminal, and no waiting */
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), sent, NULL);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER), converted, NULL);
  avr_cycle_count_t end = (avr_cycle_count_t)(atof(words[2]) * 16e6);
  while (avr->cycle < end) {
    int state = avr_run(avr);
    if (state == cpu_Done || state == cpu_Crashed) return 1;
  }
  return 0;
}
