"""The mutations: what is broken, where, and the test that must notice. It must not run anything."""

from typing import NamedTuple


class Mutation(NamedTuple):
    """`changes`: (old, new) texts of `file`; every old one must stand there exactly once."""

    name: str
    file: str
    changes: tuple
    test: str


JOURNAL, DOOR, ACT, ENGINE = "runner/door/journal.c", "runner/door/door.c", "stdlib/engine/act.lua", "stdlib/engine/run.lua"
ORPHANS = "stdlib/run/orphans.lua"

# A test is "KIND ARGUMENT": c = a C unit test, crash = one scenario of the enumerator (plus " c" when C is mutated),
# spec = a busted file, script = one of tests/crash on the real program, blind = tests/crash/blind.lua.
MUTATIONS = [
    Mutation("a record is not synced", JOURNAL, ((
        'if (file_sync(journal->fd) != 0)\n\t\treturn poison(journal, errno, "make durable", err);\n', ""),), "c door/journal_test"),
    Mutation("the folder of a new journal is not synced", JOURNAL, (
        ("return journal->fd >= 0 ? file_sync_folder(directory, err) : -1;", "return journal->fd >= 0 ? 0 : -1;"),),
             "c door/journal_test"),
    Mutation("checksums are not checked", JOURNAL, (
        ("if (digest_crc32c(p, (size_t)(end - p)) != crc)", "if (crc == 0 && p == end)"),), "c door/journal_test"),
    Mutation("the order of records is not checked", JOURNAL, (
        ("if (sequence != expected)", "if (sequence == 0 && expected == 0)"),), "c door/journal_test"),
    Mutation("a torn end is not cut", JOURNAL, (
        ("(ftruncate(journal->fd, journal->end) != 0 || file_sync(journal->fd) != 0)", "file_sync(journal->fd) != 0"),),
        "crash revert c"),
    Mutation("a journal goes on after a failed sync", JOURNAL, (
        ("journal->poisoned = true;", "journal->poisoned = false;"),), "c door/journal_test"),
    Mutation("an intent opens the door before it is durable", JOURNAL, (
        ("replace_intent(journal, sequence != 0 ? copy : NULL);\n\tif (sequence == 0)\n\t\tfree(copy);", "replace_intent(journal, copy);"),
        ("if (journal->poisoned || journal->intent == NULL", "if (journal->intent == NULL")),
        "c door/journal_test"),
    Mutation("the door does not compare arguments", JOURNAL, (
        (" || !words_equal((const char *const *)journal->intent, argv)", " || argv[0] == NULL"),), "crash revert c"),
    Mutation("the door does not use an intent up", JOURNAL, (
        ("free(journal->intent);\n\tjournal->intent = NULL;\n\treturn true;", "return true;"),), "crash revert c"),
    Mutation("the door needs no intent", DOOR, (
        ("if (journal == NULL || !journal_take_intent(journal, argv))", "if (journal == NULL)"),), "crash revert c"),
    Mutation("a dry run starts commands", DOOR, (("if (setup->dry_run)\n\t\treturn 1;\n", ""),), "c door/door_test"),
    Mutation("bputil may be started without -v", "runner/door/forms.c", (
        ('return volume ? NULL : "bputil without -v may change another system";', "(void)volume;\n\treturn NULL;"),),
        "c door/allowlist_test"),
    Mutation("the lock is not waited for", "runner/door/lock.c", (
        ("if (flock(fd, LOCK_EX | LOCK_NB) != 0) {", "if (flock(fd, LOCK_SH | LOCK_NB) != 0) {"),), "c door/lock_test"),
    Mutation("a tool that writes the policy does not hold the lock", DOOR, (
        ("int lock = allowlist_may_hold_lock(order->argv) ? lock_descriptor(order->lock) : -1;", "int lock = -1;"),), "c door/lock_test"),
    Mutation("every tool holds the lock", DOOR, (
        ("allowlist_may_hold_lock(order->argv) ? lock_descriptor(order->lock) : -1", "lock_descriptor(order->lock)"),), "c door/lock_test"),
    Mutation("a tool that has the lock is not waited for", "stdlib/run/mac_lock.lua", (
        ('if held or code ~= "held" or not is_tools(holder) then return', 'if held or code then return'),), "spec run/mac_lock"),
    Mutation("a tool that goes on is not waited for", ORPHANS, (
        ("repeat await_tools(wait) until", "repeat until"),), "spec run/orphans"),
    Mutation("that nobody writes is not waited for", ORPHANS, (
        ("until is_quiet(read, wait, pause)", "until true or is_quiet(read, wait, pause)"),), "spec run/orphans"),
    Mutation("another nonce is no sign of writing", ORPHANS, (
        ("return before.nonce == after.nonce and #state", "return #state"),), "spec run/orphans"),
    Mutation("an orphan outlives a restart", ORPHANS, (("or math.abs(intent.boot - now) <= ONE_BOOT", "or true"),), "spec run/orphans"),
    Mutation("an unknown boot counts as another", ORPHANS, (
        ('return type(intent.boot) ~= "number" or not now or', 'return type(intent.boot) == "number" and now ~= nil and'),),
        "spec run/orphans"),
    Mutation("a policy that somebody wrote counts as unchanged", ACT, (
        ("equal.same(seen, before) and not self.run:step(step.name).written", "equal.same(seen, before)"),), "spec engine/ending"),
    Mutation("a tool that was cut off is not waited for", "stdlib/run/ports.lua", (
        ("if outcome and not outcome.exit and self.stand_still", "if outcome and outcome.exit and self.stand_still"),), "spec run/ports"),
    Mutation("nothing was changed is said of a policy that was written", "stdlib/screen/outcome.lua", (
        ("  if final.written then\n", "  if false then\n"),), "spec screen/outcome_text"),
    Mutation("the act comes before its intent", ACT, (
        ("local written, message = self.ports.intent(", "local early = outcome_of(self, step, command)\n"
         "  local written, message = self.ports.intent("),
        ("local outcome = outcome_of(self, step, command)", "local outcome = early")), "crash revert"),
    Mutation("what is read back does not count", ACT, (
        ("local verdict, seen = steps.read_back(self, step)\n", 'local _, seen = steps.read_back(self, step)\n'
         '  local verdict = "done"\n'),), "crash apply-lie"),
    Mutation("an exit status of nought is believed", ACT, (
        ("local verdict, seen = steps.read_back(self, step)\n", "local verdict, seen = steps.read_back(self, step)\n"
         '  if outcome.exit == 0 then verdict = "done" end\n'),), "crash apply-lie"),
    Mutation("unknown is taken for done", ENGINE, (
        ('if verdict == "unknown" then\n    steps.undecided(step, state.before',
         'if verdict == "unknown" then verdict = "done" end\n  if verdict == "unknown" then\n'
         '    steps.undecided(step, state.before'),), "blind"),
    Mutation("unknown is taken for todo", ENGINE, (
        ('if verdict == "unknown" then\n    steps.undecided(step, state.before',
         'if verdict == "unknown" then verdict, seen = "todo", {} end\n  if verdict == "unknown" then\n'
         '    steps.undecided(step, state.before'),), "blind"),
    Mutation("unknown after the act is taken for done", ACT, (
        ('if verdict == "unknown" then steps.undecided(step, before, seen) end\n  if waits', "if waits"),), "blind"),
    Mutation("steps already done are not looked at again", ENGINE, (
        ("if not self.acted or self.ports.dry_run then return step.number + 1 end",
         "if step then return step.number + 1 end"),), "crash apply-filter"),
    Mutation("a state that is neither before nor after is gone on from", "stdlib/engine/recover.lua", (
        ('if verdict == "done" or verdict == "todo" and repeatable then', 'if verdict == "done" or verdict == "todo" then'),),
        "spec engine/recover"),
    Mutation("rollback forgets the last step", "stdlib/engine/undo.lua", (
        ("for index = #self.run.acted, 1, -1 do", "for index = #self.run.acted - 1, 1, -1 do"),), "spec engine/undo"),
    Mutation("rollback forgets the first step", "stdlib/engine/undo.lua", (
        ("for index = #self.run.acted, 1, -1 do", "for index = #self.run.acted, 2, -1 do"),), "spec engine/undo"),
    Mutation("going back is not written down", "stdlib/engine/undo.lua", (
        ('if self.run.direction ~= "back" or self.run.closed then', "if self.run.direction == nil then"),), "crash rollback-phase"),
    Mutation("bputil is called without -v", "stdlib/tool/bputil.lua", (
        ('argv = { PATH, flags, "-v", group }', "argv = { PATH, flags }, group = group"),), "crash revert"),
    Mutation("the end of input is taken for the name", "stdlib/screen/question.lua", (
        ("if not line then return nil, why end\n    local meant", "if not line then return true, why end\n    local meant"),),
        "script answer_test"),
    Mutation("a password is typed where it shows", "stdlib/run/prompts.lua", (
        ('if kind == "password" and not echo then', 'if kind == "password" then'),), "spec run/prompts"),
    Mutation("boot-args of others are lost", "stdlib/mac/boot_args.lua", (
        ("if not wanted[key] then return nil end\n    if placed", "if not wanted[key] then return false end\n    if placed"),),
        "crash apply-foreign-words"),
    Mutation("refused passwords are not counted", "stdlib/run/refusals.lua", (
        ("self.known = self:count() + number", "self.known = self:count()"),), "spec run/refusals"),
    Mutation("the count of refused passwords outlives the boot", "stdlib/run/refusals.lua", (
        ("return session == boot() and count or 0", "return count"),),
        "spec run/refusals"),
    Mutation("a count that cannot be understood is none", "stdlib/run/refusals.lua", (
        ("if not count then return refusals.MOST, true end", "if not count then return 0 end"),), "spec run/refusals"),
    Mutation("a person's `again` stands for ever", "stdlib/run/refusals.lua", (
        ('if kind == "credentials" then self.agreed = nil end\n', ""),), "spec run/refusals"),
    Mutation("a Mac that says to wait is asked again", "stdlib/run/refusals.lua", (
        ('if kind == "wait" then self:bar() end\n', ""),), "spec run/refusals"),
    Mutation("a tool goes on asking beyond the limit", "stdlib/run/ports.lua", (
        ("if asked.over_limit then return false end\n", ""),), "spec run/ports"),
    Mutation("a tool is started beyond the limit", ACT, (
        ("if not allowed then stop_at(", "if not allowed and self.free then stop_at("),), "spec engine/faults"),
    Mutation("a question is asked though --no-input says that nobody is there", "stdlib/screen/question.lua", (
        ('if nobody then return nil, "--no-input: nobody is asked" end\n', ""),), "spec run/consent"),
    Mutation("a question that nobody answers takes the run back", ACT, (
        ('if self.ports.no_input and meaning.kind == "question" then', 'if self.ports.no_input and meaning.kind == "asked" then'),),
        "spec engine/faults"),
    Mutation("a password too many is typed", "runner/child/relay_person.c", (
        ("r->result->hidden >= r->order->passwords", "r->result->hidden > r->order->passwords"),), "c child/relay_test"),
    Mutation("typed passwords are not counted", "runner/child/relay_person.c", (
        ("r->result->hidden++;", "(void)r;"),), "c child/relay_test"),
    Mutation("bputil may open the seal of any policy", "runner/door/forms.c", (
        ("return strchr(letters, 's') != NULL && letters[0] != 'n';", "return letters == NULL;"),), "c door/allowlist_test"),
    Mutation("a policy made anew has the seal on though it was off", "stdlib/mac/policy.lua", (
        ('if c.filevault ~= false then reach.ssv = "on" end', 'reach.ssv = "on"'),), "spec mac/policy"),
    Mutation("a policy is sealed where FileVault bars the way back", "stdlib/mac/policy.lua", (
        ("or c.filevault == false then\n    local", "or c.filevault ~= nil then\n    local"),), "spec mac/policy"),
    Mutation("bputil -a drops the open seal", "stdlib/tool/bputil.lua", (
        ('.. (keep.ssv == "off" and "s" or "") or ""', 'or ""'),), "spec tool/bputil"),
    Mutation("SIP is turned on though boot-args could not be taken out here", "stdlib/engine/undo.lua", (
        ('if not step.undo_first or self.environment == "macos" then return false end',
         "if not step.undo_first or self.acted ~= nil then return false end"),), "spec engine/undo"),
    Mutation("boot-args that stay are let stay unasked", "stdlib/run/ports.lua", (
        ('accepted[sentence] = question.word("stay> ", { "stay" }) == true', "accepted[sentence] = true"),), "spec run/ports"),
    Mutation("a word that only begins like the quota's is taken for it", "stdlib/kernel/collection.lua", (
        ('.find(path, word .. "\\0") ~= nil', ".find(path, word) ~= nil"),), "spec kernel/collection"),
    Mutation("a file act leaves our folders", "runner/door/file_act.c", (
        ("return is_ours(path) || (act->reach", "return path != NULL || (act->reach"),), "c door/file_act_test"),
    Mutation("any folder is a kit's", "runner/door/file_act.c", (
        ("return is_kit(path);", "return is_kit(path) || path != NULL;"),), "c door/file_act_test"),
    Mutation("a file act follows a link on its way", "runner/base/place.c", (
        ("next = openat(folder, level, FOLDER | O_NOFOLLOW);\n\t\tif", "next = openat(folder, level, FOLDER);\n\t\tif"),),
             "c door/file_act_test"),
    Mutation("a folder that others can write is used", "runner/base/place.c", (
        ("(st.st_mode & 022) != 0", "(st.st_mode & 0) != 0"),), "c door/file_act_test"),
    Mutation("a FIFO is read", "runner/base/file.c", (
        ("if (number == 0 && S_ISREG(st.st_mode))", "if (number == 0)"),), "c base/file_test"),
    Mutation("a sticky folder makes everything in it trusted", "stdlib/mac/trust.lua", (
        ("if sticky and following and is_roots(root, following) then", "if sticky then"),), "spec mac/trust"),
    Mutation("a volume that ignores owners is trusted", "stdlib/mac/trust.lua", (
        ("if heeded then return end", "if heeded ~= nil then return end"),), "spec mac/trust"),
    Mutation("a broken chain is called the same", "stdlib/mac/boot_object.lua", (
        ('return sound and "same" or "unknown", broken', 'return "same", broken'),), "spec mac/boot_object"),
    Mutation("a record's fields may be of any type", "stdlib/engine/record.lua", (
        ("local name = misfit(fields, given)", "local name = fields == given"),), "spec engine/run_state"),
]
