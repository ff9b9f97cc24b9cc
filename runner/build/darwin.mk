# The native build on a Mac with Xcode's command line tools. Written without a Mac at hand: not yet run on one.
# It must not be needed anywhere else; the Makefile includes it when `uname -s` says Darwin.
#
# The libraries come as source folders (Debian's or upstream's), which are then built static by the same recipes
# as elsewhere:
#     make LUA_SOURCE=… EDIT_SOURCE=… NCURSES_SOURCE=… DKJSON=…/dkjson.lua
# or ready-made, for instance Homebrew's, by naming headers and static archives:
#     make LUA_CFLAGS="-I…/include/lua -I…/include" LIBRARIES="…/libedit.a …/libncurses.a …/liblua.a" DKJSON=…

CC         = clang
DEPS       = no
LUA_SHARED =
HARDEN    ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -mmacosx-version-min=12.0
HARDEN_LD ?= -Wl,-dead_strip -Wl,-x
STRIP_LD  ?=
# macOS runs no wholly static program (libSystem stays dynamic).
STATIC     =
STATIC_LIBRARIES = $(LIBRARIES)

ifdef LUA_SOURCE
NATIVE_LIBRARIES = $(addprefix build/darwin/lib/,libedit.a libtinfo.a liblua.a)
LUA_CFLAGS ?= -Ibuild/darwin/include
LIBRARIES  ?= $(NATIVE_LIBRARIES)
DARWIN_ENV  = CC="$(CC) -mmacosx-version-min=12.0" AR=ar RANLIB=ranlib BUILD_CC="$(CC)" \
              CFLAGS="-Os -DNDEBUG $(HARDEN)" HOST_TRIPLET=aarch64-apple-darwin BUILD_TRIPLET=aarch64-apple-darwin

build/darwin/lib/liblua.a: runner/build/static_lib.sh
	$(DARWIN_ENV) sh $< lua $(LUA_SOURCE) build/darwin
build/darwin/lib/libtinfo.a: runner/build/static_lib.sh
	$(DARWIN_ENV) sh $< tinfo $(NCURSES_SOURCE) build/darwin
build/darwin/lib/libedit.a: runner/build/static_lib.sh build/darwin/lib/libtinfo.a
	$(DARWIN_ENV) sh $< edit $(EDIT_SOURCE) build/darwin
endif

ifndef LIBRARIES
$(error on a Mac say where Lua, libedit and ncurses are: see runner/build/darwin.mk)
endif
