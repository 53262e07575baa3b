# The commands of this repository. What they do is in tools/; see CONTRIBUTING.md.

.PHONY: help check build install packages demo demo-containers demo-clean test nightly coverage conformance mutants differential sanitize
.PHONY: fuzz sweep bench image format tidy house release-check
.DEFAULT_GOAL := build

help:          ## what make can do
	@sed -n 's/^\([a-z-]*\): *## /\1\t/p' Makefile | expand -t 18
build:         ## build Windlass for release (build/release)
	@tools/build.sh
install:       ## install both programs and the completion below PREFIX (/usr/local)
	@tools/install.sh
packages:      ## install the Debian packages a build needs
	@tools/packages.sh build
demo:          ## watch it roll out, against a real control plane on this machine
	@tools/demo.sh
demo-containers: ## the same with real containers: updates in place while a client asks (needs root)
	@tools/demo-containers.sh
demo-clean:    ## remove what the demos made
	@tools/demo-clean.sh
test:          ## every test; the last line is "N passed, N failed"
	@tools/test.sh
check:         ## what you changed: its format, clang-tidy, its tests (under two minutes)
	@tools/check.sh
nightly:       ## what make test has no time for (three hours or more); PARTS='mutants fuzz' runs these alone
	@tools/nightly.sh
coverage:      ## docs/rules: what each rule says, where it is implemented, which test proves it
	@tools/rules.sh
conformance:   ## upstream's own tests alone; their JUnit report is build/conformance/junit.xml
	@tools/conformance.sh
mutants:       ## twenty planted faults, which the tests have to notice (15 minutes)
	@tools/mutants.sh
differential:  ## play every script to Kubernetes' controller and to Windlass, and compare
	@test/e2e/differential_test.sh --all
sanitize:      ## every C++ test under sanitizers; trace hashes of two compilers (half an hour)
	@tools/sanitize.sh
fuzz:          ## every parser under libFuzzer for ten minutes (needs clang; two hours)
	@tools/fuzz.sh
sweep:         ## a crash or a lost reply at every API call of the simulator's scenarios
	@tools/sweep.sh
bench:         ## Windlass next to the stock controller (an hour and a half; see docs/benchmarks.md)
	@tools/bench.sh
image:         ## build the container image windlass:<version>
	@tools/image.sh
format:        ## format all C++ and Go
	@tools/format.sh
tidy:          ## clang-tidy over all C++
	@tools/tidy.sh
house:         ## figures of the layout: lines, cycles, what a new controller touches (docs/map.md)
	@tools/house.sh
release-check: ## README's commands in a fresh Debian root (needs root and debootstrap)
	@tools/clean-root.sh
