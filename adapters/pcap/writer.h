/*
 * Writing a capture. Every record reaches the file whole before the next one, so that a reader
 * may follow while it grows and a kill leaves a valid file.
 *
 * Processes that are forked while an eager capture is open write to it as well, each record whole;
 * of one that is killed over a record the next one to write removes the part.
 */
#ifndef VMSG_PCAP_WRITER_H
#define VMSG_PCAP_WRITER_H

#include "adapters/pcap/record.h"

struct vmsg_capture;

/*
 * Create the file and write its header. `eager` hands each record to the system at once; else a
 * buffer is handed over when it is full or a session closes, for those who write millions. NULL
 * with a sentence in err.
 */
struct vmsg_capture *vmsg_capture_create(const char *path, bool eager, char *err, size_t err_size);

/* The sink of a tape, from any thread, of an eager one any process: put(capture, record). */
void vmsg_capture_put(void *capture, const struct vmsg_tape_record *record);

/*
 * Finish and free, in the process that created it. False with a sentence in err when something
 * could not be written: the file then ends before it and is valid. NULL is true.
 */
bool vmsg_capture_finish(struct vmsg_capture *capture, char *err, size_t err_size);

#endif
