-- Registers a kernel collection as the boot object of one volume with kmutil configure-boot. Facts: reference §3.1.
-- Must be given the System volume's mount point: the Data volume's is a known trap.

local kmutil = {}

local PATH = "/usr/bin/kmutil"

local PROMPTS = { "whether to lower security (y or n)", "short name of a volume owner", "that user's password" }

--- Command: boot this collection instead of the stock kernel. Lowers the mode to Permissive itself, asks first, takes
-- one to several minutes in silence, and keeps the SIP words (reference §3.1, §10).
-- @param system_volume string: mount point of the System volume
-- @param collection string: path of the kernel collection
function kmutil.install(system_volume, collection)
  return {
    argv = { PATH, "configure-boot", "--volume", system_volume, "--custom-boot-object", collection },
    tool = "kmutil", interactive = true, slow = true, yes_no = "y", prompts = PROMPTS,
  }
end

--- Command: forget the boot object and keep the policy. One author's finding (peers-and-users §1.2, HopOS); the
-- read-back decides whether it worked, so nothing depends on it.
function kmutil.clear(system_volume)
  return {
    argv = { PATH, "configure-boot", "--volume", system_volume },
    tool = "kmutil", interactive = true, slow = true, yes_no = "y", prompts = PROMPTS,
  }
end

--- What kmutil's failures mean (reference §3.1, §3.3). All carry `KMErrorDomain Code=71`, so the text after it decides.
kmutil.errors = {
  { pattern = "possibly wrong name or password", kind = "credentials" },
  { pattern = "not a valid admin user", kind = "credentials" },
  { pattern = "pairing %(?17%)?", kind = "pairing" },
  { pattern = "Could not find a SDK or KDK", kind = "kit", cause = "no kernel debug kit of exactly this build is installed",
    cure = "install the kit whose build is the one `sw_vers` shows; a near one does not do", unaffected = "nothing was changed" },
  { pattern = "Could not find: kernel mach%-o", kind = "kit", cause = "the kit has no development kernel for this chip",
    cure = "name the kit's own kernel file; Max and Ultra use the Pro's", unaffected = "nothing was changed" },
  { pattern = "without baseKC", kind = "kit", cause = "kmutil was asked for a collection that rests on another",
    cure = "build the boot collection alone (--new boot)", unaffected = "nothing was changed" },
  { pattern = "Read%-only file system", kind = "preboot", cause = "the Preboot volume is mounted read-only",
    cure = "diskutil unmount and diskutil mount it again", unaffected = "the old policy stays in force" },
  { pattern = "No space left", kind = "preboot", cause = "the Preboot volume is full",
    cure = "free space on the disk; old custom kernels in Preboot take the most",
    unaffected = "the old policy stays in force" },
}

return kmutil
