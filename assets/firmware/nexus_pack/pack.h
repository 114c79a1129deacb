#include <stdint.h>
#include <string.h>

#ifndef GATEWAY
#define GATEWAY 1
#endif
#ifndef ROOM
#define ROOM 1024                       /* bytes of records in a packet, at most 4096 */
#endif

void usb_write(const uint8_t *data, uint16_t length);
uint32_t now_us(void);

static uint8_t packet[14 + ROOM + 4];
static uint16_t length, number;

static void put(uint8_t *at, uint32_t value, int bytes) {
  while (bytes--) { *at++ = value; value >>= 8; }
}

static uint32_t crc32(const uint8_t *data, uint16_t bytes) {
  uint32_t crc = 0xFFFFFFFF;
  while (bytes--) {
    crc ^= *data++;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

/* Send what has been gathered: call it every 20 ms. */
void pack_send(void) {
  if (!length) return;
  packet[0] = 0x4E; packet[1] = 0x58; packet[2] = 1; packet[3] = GATEWAY;
  put(packet + 4, length, 2);
  put(packet + 6, (uint16_t)~length, 2);
  put(packet + 8, number++, 2);
  put(packet + 10, now_us(), 4);
  put(packet + 14 + length, crc32(packet, 14 + length), 4);
  usb_write(packet, 14 + length + 4);
  length = 0;
}

/* Gather samples of one channel of one wearer, as they come in by radio. */
void pack_add(uint16_t wearer, uint8_t channel, const int16_t *samples, uint8_t count, int8_t exponent,
              uint16_t step_10us) {
  if (length + 8 + 2 * count > ROOM) pack_send();
  uint8_t *record = packet + 14 + length;
  put(record, wearer, 2);
  record[2] = channel; record[3] = count; record[4] = exponent;
  record[5] = 0;                        /* as old as the packet: within the 20 ms */
  put(record + 6, step_10us, 2);
  for (int k = 0; k < count; k++) put(record + 8 + 2 * k, samples[k], 2);
  length += 8 + 2 * count;
}
