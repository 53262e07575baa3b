// Faults in code about one object: what is caught, what is logged, and what ends a sync instead.
#include "controller/core/object_fault.h"

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "kubeclient/base/assert.h"
#include "test/catch.h"
#include "test/support/recording_log.h"
#include "test/unit/cache/virtual_time.h"

namespace windlass::object_fault_test {
namespace {

struct Fixture {
  Fixture() {
    meta.namespace_ = "shop";
    meta.name = "web-1";
  }
  template <typename Work>
  auto Known(Work work) {
    return KnownOf(faults, resources::kPods, meta, work);
  }

  VirtualTime time;
  RecordingLog log;
  FaultLog faults{time, log};
  ObjectMeta meta;
};

int FailAssertion() {
  WL_ASSERT(false);
  return 1;
}
int Throw() { throw std::length_error("a fault"); }

TEST_CASE_METHOD(Fixture, "what is known of an object is returned, and nothing is logged (Q-014)") {
  CHECK(Known([] { return 7; }) == 7);
  CHECK(log.lines.empty());
}

TEST_CASE_METHOD(Fixture,
                 "after a fault nothing is known of the object, and the log has it (Q-014)") {
  CHECK(Known(&FailAssertion) == std::nullopt);
  time.Advance(kFaultLineEvery);
  CHECK(Known(&Throw) == std::nullopt);
  REQUIRE(log.lines.size() == 2);
  for (const std::string& line : log.lines) {
    CAPTURE(line);
    CHECK(line.starts_with("error internal error outside of a sync object="));
    CHECK(line.find("pods shop/web-1") != std::string::npos);
  }
  CHECK(log.lines[0].find("assertion failed: false") != std::string::npos);
  CHECK_FALSE(AssertionsThrow::IsActive());
}

TEST_CASE_METHOD(Fixture, "faults over one object have one line a minute (Q-014)") {
  for (int second = 0; second < 120; ++second) {
    CHECK(Known(&FailAssertion) == std::nullopt);
    time.Advance(seconds(1));
  }
  REQUIRE(log.lines.size() == 2);
  CHECK(log.lines[0].find("left_out") == std::string::npos);
  CHECK(log.lines[1].ends_with(" left_out=59"));
  meta.name = "web-2";
  CHECK(Known(&FailAssertion) == std::nullopt);
  REQUIRE(log.lines.size() == 3);
  CHECK(log.lines[2].find("pods shop/web-2") != std::string::npos);
  CHECK(log.lines[2].find("left_out") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "an object without faults for ten minutes is forgotten (Q-014)") {
  Known(&FailAssertion);
  Known(&FailAssertion);
  time.Advance(seconds(601));
  meta.name = "web-2";
  Known(&FailAssertion);
  CHECK(faults.size() == 1);
  meta.name = "web-1";
  Known(&FailAssertion);
  REQUIRE(log.lines.size() == 3);
  CHECK(log.lines[2].find("left_out") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a fault that a sync meets is left to the sync (Q-014)") {
  const AssertionsThrow sync;
  CHECK(Known([] { return 7; }) == 7);
  CHECK_THROWS_AS(Known(&FailAssertion), AssertionError);
  CHECK(log.lines.empty());
}

TEST_CASE_METHOD(Fixture, "no memory is no fault of the object") {
  CHECK_THROWS_AS(Known([]() -> int { throw std::bad_alloc(); }), std::bad_alloc);
}

}  // namespace
}  // namespace windlass::object_fault_test
