# The native build on a Mac with Xcode's command line tools. Written without a Mac at hand: not yet run on one.
# It must not be needed anywhere else; the Makefile includes it when `uname -s` says Darwin.
#
# The libraries are built static of their sources, by the same recipes as elsewhere. `make dist-source` on Debian packs those
# sources; unpacked at the top of this tree, `make` finds them:
#     tar -xf vmq-recovery-VERSION-libraries.tar.gz --strip-components 1 && make
# From other places: make LUA_SOURCE=… EDIT_SOURCE=… NCURSES_SOURCE=… DKJSON=…/dkjson.lua
# Or ready-made, for instance Homebrew's, by naming headers and static archives:
#     make LUA_CFLAGS="-I…/include/lua -I…/include" LIBRARIES="…/libedit.a …/libncurses.a …/liblua.a" DKJSON=…
#
# For the tests, from Homebrew: cmocka; a Lua 5.4 that loads C modules (LUA_SHARED); busted (BUSTED_SCRIPT).

CC         = clang
RANLIB    ?= ranlib
DEPS       = no
LUA_SHARED =
MACOS_MIN  = -mmacosx-version-min=12.0
HARDEN    ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong $(MACOS_MIN)
HARDEN_LD ?= -Wl,-dead_strip -Wl,-x
HARDEN_CPU =
STRIP_LD  ?=
# macOS runs no wholly static program (libSystem stays dynamic).
STATIC     =
STATIC_LIBRARIES = $(LIBRARIES)

ifndef LIBRARIES
LUA_SOURCE     ?= build/sources/lua5.4
EDIT_SOURCE    ?= build/sources/libedit
NCURSES_SOURCE ?= build/sources/ncurses
DKJSON         ?= build/sources/dkjson.lua
ifeq ($(wildcard $(LUA_SOURCE)/src/lua.h),)
$(error the libraries' sources are missing: see runner/build/darwin.mk)
endif

NATIVE_LIBRARIES = $(addprefix build/darwin/lib/,libedit.a libtinfo.a liblua.a)
LUA_CFLAGS ?= -Ibuild/darwin/include
LIBRARIES   = $(NATIVE_LIBRARIES)
DARWIN_ENV  = CC="$(CC) $(MACOS_MIN)" AR="$(AR)" RANLIB="$(RANLIB)" BUILD_CC="$(BUILD_CC)" \
              CFLAGS="-Os -DNDEBUG -w $(HARDEN)" HOST_TRIPLET=aarch64-apple-darwin BUILD_TRIPLET=$(BUILD_TRIPLET)
BUILD_CC      = $(CC)
BUILD_TRIPLET = aarch64-apple-darwin

build/darwin/lib/liblua.a: runner/build/static_lib.sh
	$(say)
	$(Q)$(DARWIN_ENV) sh $< lua $(LUA_SOURCE) build/darwin
build/darwin/lib/libtinfo.a: runner/build/static_lib.sh
	$(say)
	$(Q)$(DARWIN_ENV) sh $< tinfo $(NCURSES_SOURCE) build/darwin
build/darwin/lib/libedit.a: runner/build/static_lib.sh build/darwin/lib/libtinfo.a
	$(say)
	$(Q)$(DARWIN_ENV) sh $< edit $(EDIT_SOURCE) build/darwin
endif
