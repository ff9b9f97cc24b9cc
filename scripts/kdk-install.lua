-- Installs a kit from its image: mounts it, looks who signed the package, installs, reads the kit back, unmounts.

local function detach_rung(c)
  return { { hdiutil.detach(c.folder), leaves = "the image unmounted", exact = true,
    check = function() return kit_image.unmounted(c), {} end } }
end

return plan "kdk-install" {
  summary = "Install a Kernel Debug Kit (KDK) from its disk image.",
  params = { image = param "path", build = param "word", folder = param "path", kits = param "path" },

  step "mount" {
    why = "Opens the image, read-only; only a package that Apple signed is gone on with.",
    where = "macos",
    expected = "one package signed by Apple, or the kit already whole",
    repeatable = true,
    check = function(c)
      local signature = kit_image.signature(c)
      local ready = kit_image.kit(c) == "complete" or signature == "apple"
      return ready and "done" or "todo", { signature = signature }
    end,
    run = function(c) return { file.make_folder(c.folder, "0700"), hdiutil.attach(c.image, c.folder) } end,
    undo = detach_rung,
  },

  step "install" {
    why = "Installs the kit: about eight thousand files below /Library/Developer/KDKs.",
    where = "macos",
    needs = { "mount" },
    expected = "every file of the kit that its receipt names",
    repeatable = true,
    no_way_back = "a kit can be deleted: its folder below /Library/Developer/KDKs",
    check = function(c)
      local kit = kit_image.kit(c)
      return kit == "complete" and "done" or "todo", { kit = kit }
    end,
    run = function(c)
      local package = kit_image.package(c) or c.folder .. "/KernelDebugKit.pkg"
      return installer.install(package)
    end,
  },

  step "unmount" {
    why = "Closes the image again.",
    where = "macos",
    needs = { "install" },
    repeatable = true,
    defers = "the image stays mounted, out of sight, until the next restart",
    no_way_back = "the image can be mounted again",
    check = function(c)
      local closed = kit_image.unmounted(c)
      return closed and "done" or "todo", { mounted = not closed }
    end,
    run = function(c) return hdiutil.detach(c.folder) end,
  },
}
