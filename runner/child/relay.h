/*
 * Looks after a running tool: shows and records its output, has its questions answered, keeps its limits.
 * Must not start the tool, must not record what is typed, and must not know Lua.
 *
 * Memory is constant whatever the tool prints. The user's terminal is put back on every way out. The parts:
 * relay_loop.c runs it, relay_question.c answers, relay_person.c has the keys, relay_end.c the limits, relay_tail.c the
 * output that is kept.
 */
#ifndef VMQ_RELAY_H
#define VMQ_RELAY_H

#include "base/error.h"
#include "child/spawn.h"

#define RELAY_TAIL ((size_t)64 * 1024) /* bytes of output kept */
#define RELAY_LONGEST_PROMPT 4096      /* bytes of an unfinished line that are looked at */

struct secret;
struct progress_times;

/* What to do at an unfinished line. */
enum relay_answer_kind { RELAY_WAIT, RELAY_TYPE, RELAY_SECRET, RELAY_GIVE_UP, RELAY_FAILED };
struct relay_answer {
	enum relay_answer_kind kind;
	char text[1024]; /* RELAY_TYPE: typed as it is */
	size_t length;
	const struct secret *secret; /* RELAY_SECRET: typed with a newline, and only while the terminal does not echo */
	double again;                /* RELAY_WAIT: seconds after which to ask once more about the same output; 0: not */
	bool question;               /* RELAY_WAIT: it is a known question, the person's to answer */
};

/* The last line of output with something in it. Some tools end a question with a newline (reference §3.1). */
struct relay_line {
	char text[RELAY_LONGEST_PROMPT];
	size_t length;
	bool finished;   /* a newline has ended it */
	unsigned hidden; /* lines typed so far while the terminal did not echo: passwords */
};

struct relay_calls {
	void *context;
	/* Called once the tool runs. False ends it as RELAY_FAILED does. NULL: not wanted. */
	bool (*started)(void *context, pid_t child);
	/* Called with the last line when the tool has been quiet: once for what has come so far, and again when more has
	 * come, the echo was switched, or the time asked for is over. NULL: never asked. */
	void (*answer)(void *context, const struct relay_line *line, bool echo, struct relay_answer *answer);
	/* Gets every piece of output. False ends the tool, too. NULL: not wanted. */
	bool (*output)(void *context, const char *bytes, size_t length);
	/* Called before keys of the person's go to the tool while its terminal echoes: their line ends, and whether they
	 * end within a line. What comes out next is what was typed. NULL: not wanted. */
	bool (*typed)(void *context, unsigned lines, bool open);
};

/* In seconds. */
struct relay_times {
	double quiet;         /* without output after which the last line may be a question */
	double echo_poll;     /* between looks at the echo while a question may be open */
	double silent;        /* without a sign of life after which the waiting is shown: a question is known long before */
	double soft_end;      /* between asking a tool to end and killing it */
	double interrupt_end; /* the same at the second interrupt */
	double dead_end;      /* a killed tool may take to vanish before it is left behind */
	double linger;        /* without output after the tool has ended, if something it left holds its terminal open */
	double longest_linger; /* the same with output */
	double forget;         /* at a line without echo after which it is not believed that what was typed was taken */
	double screen;         /* without the screen taking anything after which output is left out on it */
	const struct progress_times *waiting;
};
extern const struct relay_times relay_usual_times;

struct relay_order {
	bool terminal;           /* of its own, where answers are typed; else it has a pipe for both outputs and no input */
	bool person;             /* relay the keys of the user's terminal, if standard input is one */
	int screen;              /* descriptor the output is shown on, or -1 */
	const char *bar;         /* stands before each line there (frame.h); NULL: nothing does */
	const char *secret_note; /* shown at a prompt where a secret was typed for the person, or kept; NULL: nothing is */
	double seconds;          /* limit in all; 0: none */
	double silence;          /* limit without output, not counted while a person is asked; 0: none */
	unsigned passwords; /* lines that may be typed without echo; at the end of one more the tool is given up; 0: any */
	bool stoppable; /* the first interrupt ends it, instead of letting it finish: it changes nothing until it is done */
	const char *waiting, *waiting_more; /* shown around the time while the tool is silent; NULL: nothing is shown */
	struct secret *remember;            /* takes a password typed after Tab, for later prompts; NULL: not offered */
	struct relay_calls calls;
	const struct relay_times *times; /* NULL: the usual ones */
};

struct relay_result {
	struct spawn_end end;
	bool timed_out, silent; /* a limit was reached */
	bool gave_up;           /* hung up at a question nobody could answer, or the answer was to give up */
	bool interrupted;       /* left at the second interrupt; the tool was killed */
	bool failed;            /* a call-back failed */
	bool remembered;        /* the person typed a password to be remembered */
	unsigned hidden;        /* lines typed while the terminal did not echo */
	bool too_many;          /* given up at the end of one more than may be typed */
	uint64_t total;         /* bytes of output in all; the last RELAY_TAIL of them are in `tail`, a ring */
	char tail[RELAY_TAIL];
};

/* A tool that runs. */
struct relay_tool {
	pid_t child;
	int source; /* gives its output and does not block: a pipe, or the master of its terminal; stays the caller's */
	int held;   /* a hold on its terminal (pty.h), or -1; closed when the child has been waited for */
	bool answerable; /* by the caller; else every question is the person's, and no password is remembered */
};

/* Looks after the child until it has ended and been waited for, or cannot even be killed. */
void relay_run(const struct relay_order *order, const struct relay_tool *tool, struct relay_result *result);

/* Puts output behind the rest, for the relay; finds the last line that holds anything, at most RELAY_LONGEST_PROMPT
 * bytes of its end. A carriage return begins a line anew. */
void relay_keep(struct relay_result *result, const char *bytes, size_t length);
void relay_last_line(const struct relay_result *result, struct relay_line *line);

/* The kept output in order: two pieces, each may be empty. */
void relay_tail(const struct relay_result *result, const char *pieces[2], size_t lengths[2]);

#endif
