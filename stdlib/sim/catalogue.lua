-- The Macs that can be simulated, as plain data: chip, release, and the wording their tools use.
-- It must not decide how a tool behaves; it only says which of the known wordings this Mac shows.

local text = require "base.text"

local catalogue = {}

-- Every `wording` field names one of the forms of reference §1.3, §2.2, §3.1, §3.3 and §4.1. Forms that no source ties
-- to a release are spread over the Macs, so that nothing can depend on one of them. guess: which Mac has which of
-- `inspect` (gap of a line), `gutted` (what an update takes from a kit), `create_extension` (--no-variant-extension is
-- ignored), `create_refuses` (an existing file), `hdiutil_tells`, `signature_time`, `curl`, `attempts` (passwords that
-- may be wrong), and of csrutil's: `csrutil_asks_more` (before the seal and research guests), `guests_stay` (their bit,
-- when SIP is set), `guests_are_custom`, `custom_is_on`, `clear_keeps_seal_off`, `debug_bits`, `no_kext_part`. `kits`:
-- the builds before and after the first system's.
local macs = {
  {
    name = "m1-12.6", title = "Mac mini (M1), macOS 12.6: bputil has no --json yet",
    model = "Macmini9,1", marketing = "Apple M1", soc = "T8103", chip = 0x8103, board = 0x22, ecid = "0x1D68A0C2E1401E",
    bputil = "0.1.9",
    systems = { {
      name = "Macintosh HD", data = "Macintosh HD - Data", version = "12.6", build = "21G115", darwin = "21.6.0",
      date = "Mon Aug 22 20:19:52 PDT 2022", xnu = "8020.140.49~2", love = "21.7.115.0.0,0",
    } },
    kits = {
      near = { version = "12.5.1", build = "21G83", darwin = "21.6.0", date = "Wed Aug 10 14:28:23 PDT 2022",
        xnu = "8020.141.5~2" },
      next = { version = "12.6.1", build = "21G217", darwin = "21.6.0", date = "Thu Sep 29 20:13:56 PDT 2022",
        xnu = "8020.240.7~1" },
    },
    wording = {
      csrutil = "authorized", csrutil_retry = true, csrutil_refusal = "from the Recovery OS",
      csrutil_asks_more = true, clear_keeps_seal_off = true, debug_bits = 0xc, attempts = 5,
      bputil = "username", bputil_refuses = "credential", bputil_silent = true, display = "12",
      kmutil = "joined", nvram_error = "prefixed", osenvironment = "invalid",
      inspect = "tabs", gutted = "version", create_extension = true, hdiutil_tells = true,
    },
    nvram_plain = true, nvram_guid = true,
  },
  {
    name = "m2pro-14.0", title = "MacBook Pro (M2 Pro), macOS 14.0: the machine the method was found on",
    battery = true, model = "Mac14,9",
    marketing = "Apple M2 Pro", soc = "T6020", chip = 0x6020, board = 0x4, ecid = "0x18446A3C20001E",
    bputil = "0.1.12",
    systems = { {
      name = "Macintosh HD", data = "Macintosh HD - Data", version = "14.0", build = "23A344", darwin = "23.0.0",
      date = "Fri Sep 15 14:41:43 PDT 2023", xnu = "10002.1.13~1", love = "23.1.344.0.0,0",
    } },
    -- guess: xnu's number of that beta
    kits = {
      near = { version = "14.0", build = "23A5337a", darwin = "23.0.0", date = "Wed Aug 23 18:17:24 PDT 2023",
        xnu = "10002.1.11~3" },
      next = { version = "14.1", build = "23B74", darwin = "23.1.0", date = "Mon Oct  9 21:28:45 PDT 2023",
        xnu = "10002.41.9~6" },
    },
    wording = {
      csrutil = "password", csrutil_refusal = "from Recovery OS",
      custom_is_on = true, debug_bits = 0x4, attempts = 3,
      bputil = "authorized", bputil_refuses = "token", display = "14", json = "bare",
      kmutil = "plain", nvram_error = "prefixed", osenvironment = "invalid",
      inspect = "blanks", gutted = "extensions",
    },
    nvram_plain = true, nvram_guid = true,
  },
  {
    name = "m2-15", title = "MacBook Air (M2), macOS 15.6 and a second system called Büro Mac",
    battery = true, model = "Mac14,2",
    marketing = "Apple M2", soc = "T8112", chip = 0x8112, board = 0x28, ecid = "0x0011223C04801E",
    bputil = "0.1.13",
    systems = { {
      name = "Macintosh HD", data = "Macintosh HD - Data", version = "15.6", build = "24G84", darwin = "24.6.0",
      date = "Mon Jul 14 11:30:40 PDT 2025", xnu = "11417.140.69~1", love = "24.7.84.0.0,0",
    }, {
      name = "Büro Mac", data = "Büro Mac - Data", version = "14.6.1", build = "23G93", darwin = "23.6.0",
      date = "Mon Jul 29 21:14:30 PDT 2024", xnu = "10063.141.2~1", love = "23.7.93.0.0,0",
    } },
    kits = {
      near = { version = "15.5", build = "24F74", darwin = "24.5.0", date = "Tue Apr 22 19:54:25 PDT 2025",
        xnu = "11417.121.6~2" },
      next = { version = "15.6.1", build = "24G90", darwin = "24.6.0", date = "Mon Aug 11 21:16:21 PDT 2025",
        xnu = "11417.140.69.701.11~1" },
    },
    wording = {
      csrutil = "authorized", csrutil_refusal = "from Recovery OS",
      csrutil_asks_more = true, guests_stay = true, guests_are_custom = true, debug_bits = 0xc, attempts = 5,
      bputil = "administrator", bputil_refuses = "token", bputil_confirms = true, display = "26", json = "headed",
      kmutil = "spaced", kmutil_silent_no = true, nvram_error = "bare", osenvironment = "unknown",
      inspect = "tabs", gutted = "extensions", create_refuses = true, signature_time = true, hdiutil_tells = true,
    },
    nvram_plain = true, nvram_guid = true,
  },
  {
    name = "m4-26", title = "Mac mini (M4), macOS 26.3.1: recovery refuses plain boot-args, takes the GUID form",
    model = "Mac16,10", marketing = "Apple M4", soc = "T8132", chip = 0x8132, board = 0x22, ecid = "0x000C51E22A801E",
    bputil = "0.1.13",
    -- guess: Darwin's date and xnu's number of 26.3.1
    systems = { {
      name = "Macintosh HD", data = "Data", version = "26.3.1", build = "25D2128", darwin = "25.3.0",
      date = "Wed Jan 28 20:48:41 PST 2026", xnu = "12377.91.3~2", love = "25.4.2128.0.0,0",
    } },
    -- guess: build and number of 26.3, date and number of both
    kits = {
      near = { version = "26.3", build = "25D125", darwin = "25.3.0", date = "Wed Jan 14 19:21:08 PST 2026",
        xnu = "12377.91.2~1" },
      next = { version = "26.4", build = "25E246", darwin = "25.4.0", date = "Thu Mar 12 21:40:52 PDT 2026",
        xnu = "12377.101.15~1" },
    },
    wording = {
      csrutil = "enter", csrutil_retry = true, csrutil_refusal = "from Recovery OS", csrutil_short = true,
      custom_is_on = true, no_kext_part = true, debug_bits = 0x4, attempts = 3,
      bputil = "name", bputil_refuses = "credential", bputil_confirms = true, display = "26", json = "headed",
      kmutil = "newline", nvram_error = "bare", osenvironment = "word",
      sealed_says_broken = true, update_needs_sip = true,
      inspect = "tabs", gutted = "version", create_extension = true, signature_time = true,
    },
    nvram_plain = false, nvram_guid = true,
  },
  {
    name = "m5-26.6", title = "MacBook Pro (M5), macOS 26.6",
    battery = true, model = "Mac17,2",
    marketing = "Apple M5", soc = "T8142", chip = 0x8142, board = 0x26, ecid = "0x00102D1E3C001E",
    bputil = "0.1.14",
    -- guess: Darwin's date and xnu's number of 26.6
    systems = { {
      name = "Macintosh HD", data = "Data", version = "26.6", build = "25G70", darwin = "25.6.0",
      date = "Sat Jun 27 02:11:09 PDT 2026", xnu = "12377.160.45~1", love = "25.7.70.0.0,0",
    } },
    -- guess: the build of 26.6.1, date and number of both
    kits = {
      near = { version = "26.5", build = "25F71", darwin = "25.5.0", date = "Tue May 12 20:02:33 PDT 2026",
        xnu = "12377.140.40~3" },
      next = { version = "26.6.1", build = "25G80", darwin = "25.6.0", date = "Mon Jul 20 18:33:47 PDT 2026",
        xnu = "12377.160.46~2" },
    },
    wording = {
      csrutil = "authorized", csrutil_refusal = "from Recovery OS", csrutil_short = true,
      csrutil_refuses = "credential", csrutil_asks_more = true, guests_stay = true, debug_bits = 0xc, attempts = 5,
      bputil = "known", bputil_refuses = "credential", display = "26", json = "headed",
      kmutil = "plain", kmutil_needs_reduced = true, nvram_error = "bare", osenvironment = "word",
      inspect = "tabs", gutted = "extensions", signature_time = true, curl = "long",
    },
    nvram_plain = false, nvram_guid = true, device_tree_quota = 2,
  },
  {
    name = "m4-27", title = "Mac mini (M4), macOS 27.0: recovery refuses boot-args in both forms",
    model = "Mac16,10", marketing = "Apple M4", soc = "T8132", chip = 0x8132, board = 0x22, ecid = "0x001C62F33B801E",
    -- guess: bputil's version, Darwin's date and xnu's number of 27.0
    bputil = "0.1.14",
    systems = { {
      name = "Macintosh HD", data = "Data", version = "27.0", build = "26A428", darwin = "26.0.0",
      date = "Wed Sep  2 21:14:56 PDT 2026", xnu = "13371.1.24~3", love = "26.1.428.0.0,0",
    } },
    -- guess: both builds, date and number of both
    kits = {
      near = { version = "27.0", build = "26A5407c", darwin = "26.0.0", date = "Tue Aug 11 20:31:02 PDT 2026",
        xnu = "13371.0.92~1" },
      next = { version = "27.0.1", build = "26A440", darwin = "26.0.0", date = "Mon Sep 28 19:05:11 PDT 2026",
        xnu = "13371.1.24.0.1~1" },
    },
    wording = {
      csrutil = "password", csrutil_refusal = "from Recovery OS", csrutil_short = true,
      csrutil_refuses = "credential", csrutil_no_is_success = true, guests_are_custom = true, debug_bits = 0x4,
      attempts = 3,
      bputil = "known", bputil_refuses = "credential", display = "26", json = "headed",
      kmutil = "spaced", kmutil_needs_reduced = true, nvram_error = "bare", osenvironment = "word",
      sealed_says_broken = true, inspect = "tabs", gutted = "extensions", signature_time = true, curl = "long",
    },
    nvram_plain = false, nvram_guid = false,
  },
}

catalogue.default = "m2pro-14.0"

--- What a system and a kit say of the macOS that they are of.
catalogue.SYSTEM_FIELDS = { "version", "build", "darwin", "date", "xnu" }

--- An older macOS, whose kit every public list has.
catalogue.OLD_KIT = {
  version = "13.6", build = "22G120", darwin = "22.6.0", date = "Fri Sep 15 13:41:30 PDT 2023",
  xnu = "8796.141.3.700.8~1", love = "22.7.120.0.0,0",
}

--- Names of the Macs, in the order of their age.
function catalogue.names()
  local names = {}
  for i, mac in ipairs(macs) do names[i] = mac.name end
  return names
end

--- The end of a sentence about a name that is not known here: the nearest that is, or where they are listed.
function catalogue.suggestion(name, names)
  return text.suggestion(name, names, "`vmq-recovery rehearse --list` lists what there is")
end

--- The entry of one Mac (shared: do not change it), or nil, message, "unknown".
function catalogue.entry(name)
  for _, mac in ipairs(macs) do
    if mac.name == name then return mac end
  end
  return nil, ("there is no simulated Mac called %q%s"):format(name, catalogue.suggestion(name, catalogue.names())), "unknown"
end

--- A macOS that is a whole number further than that of most Macs.
catalogue.NEXT_MACOS = catalogue.entry("m4-27").systems[1]

--- One line about a Mac for people, or nil, message, "unknown".
function catalogue.describe(name)
  local mac, message, code = catalogue.entry(name)
  if not mac then return nil, message, code end
  return mac.title
end

return catalogue
