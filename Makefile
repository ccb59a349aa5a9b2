# make demo     install what is missing, build, simulate the demonstration circuits, name the page
# make test     install what is missing, build, run every test
# make build    the program alone: build/release/bin/nullor
PRESET ?= release
BUILD := build/$(PRESET)

.PHONY: demo test build packages check clean

packages:
	@tools/packages.sh

$(BUILD)/build.ninja: CMakeLists.txt CMakePresets.json | packages
	cmake --preset $(PRESET)

build: packages $(BUILD)/build.ninja
	cmake --build $(BUILD) --target nullor

demo: build
	@examples/demo/run.sh $(BUILD)/bin/nullor out

test: packages $(BUILD)/build.ninja
	cmake --build $(BUILD)
	ctest --test-dir $(BUILD) --output-on-failure --parallel 2

check: test
	tools/check-format.sh

clean:
	rm -rf build out
