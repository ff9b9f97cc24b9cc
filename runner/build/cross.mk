# The cross toolchain and the libraries built with it; the programs themselves are in Makefile.
# It must not touch the system: compiler, sources, caches and results all lie below build/.
# ENV_x, FLAGS_x and LIBS_x exist for each product x, which is also its folder below build/.

ZIG = build/zig/zig
export ZIG_GLOBAL_CACHE_DIR := $(CURDIR)/build/cache
export ZIG_LOCAL_CACHE_DIR  := $(CURDIR)/build/cache

TARGET_macos       = aarch64-macos.12.0
TARGET_linux-arm64 = aarch64-linux-musl
TRIPLET_macos       = aarch64-apple-darwin
TRIPLET_linux-arm64 = aarch64-linux-musl

# No unwind tables: nothing unwinds C here, and they weigh 50 KB.
CROSS_CFLAGS = -Os -fvisibility=hidden -g0 -DNDEBUG -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
               -fno-unwind-tables -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections
# Zig by name, through PATH: the recipes change folders, and none may get into a product.
# -w: what the compiler thinks of other people's code is not shown.
CROSS_ENV = PATH="$(CURDIR)/build/zig:$$PATH" CC="zig cc -target $(TARGET_$*)" AR="zig ar" RANLIB="zig ranlib" \
            CFLAGS="$(CROSS_CFLAGS) -w" HOST_TRIPLET=$(TRIPLET_$*) \
            BUILD_TRIPLET=$(shell uname -m)-pc-linux-gnu BUILD_CC=gcc

LIBS_macos       = $(addprefix build/macos/lib/,libedit.a libtinfo.a liblua.a)
LIBS_linux-arm64 = $(addprefix build/linux-arm64/lib/,libedit.a libtinfo.a liblua.a libmd.a)

# --- Toolchain ---------------------------------------------------------------------------

build/zig/.done: runner/build/requirements.txt runner/build/venv.sh | deps-cross
	$(say)
	$(Q)sh runner/build/venv.sh build/zig runner/build/requirements.txt
	$(Q)cd build/zig && ln -sf lib/python3*/site-packages/ziglang/zig zig

# --- Libraries, from the source packages of the Debian release this machine runs --------------

SOURCE = build/sources/$(1)/.debian-version
.PRECIOUS: build/sources/%/.debian-version
build/sources/%/.debian-version: runner/build/source.sh | deps-cross
	$(say)
	$(Q)sh runner/build/source.sh $* build/sources/$*

RECIPE = runner/build/static_lib.sh

build/%/lib/liblua.a: $(RECIPE) $(call SOURCE,lua5.4) build/zig/.done
	$(say)
	$(Q)$(CROSS_ENV) sh $< lua build/sources/lua5.4 build/$*

build/%/lib/libtinfo.a: $(RECIPE) $(call SOURCE,ncurses) build/zig/.done
	$(say)
	$(Q)$(CROSS_ENV) sh $< tinfo build/sources/ncurses build/$*

build/%/lib/libedit.a: $(RECIPE) $(call SOURCE,libedit) build/%/lib/libtinfo.a
	$(say)
	$(Q)$(CROSS_ENV) sh $< edit build/sources/libedit build/$*

build/%/lib/libmd.a: $(RECIPE) $(call SOURCE,libmd) build/zig/.done
	$(say)
	$(Q)$(CROSS_ENV) sh $< md build/sources/libmd build/$*
