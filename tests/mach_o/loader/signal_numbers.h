/*
 * Signals, whose numbers differ from SIGBUS on.
 */
#ifndef SIGNAL_NUMBERS_H
#define SIGNAL_NUMBERS_H

#include <signal.h>
#include <stdint.h>

int signal_here(int darwin);
int signal_darwin(int here);
sigset_t signal_set_here(uint32_t darwin);

#endif
