// The reasons of the condition windlass.dev/InPlace: users have alerts on their names.
#include "controller/in_place/phases/condition_reason.h"

#include <iterator>

#include "test/catch.h"

namespace windlass::in_place::condition_reason_test {
namespace {

struct NamedReason {
  InPlaceReason reason;
  const char* name;
};

constexpr NamedReason kReasons[] = {
    {InPlaceReason::kAnnotationNotKept, "AnnotationNotKept"},
    {InPlaceReason::kCommitting, "Committing"},
    {InPlaceReason::kComplete, "Complete"},
    {InPlaceReason::kDraining, "Draining"},
    {InPlaceReason::kFailing, "Failing"},
    {InPlaceReason::kGivenUp, "GivenUp"},
    {InPlaceReason::kHandedBack, "HandedBack"},
    {InPlaceReason::kInvalidConfig, "InvalidConfig"},
    {InPlaceReason::kMissingRights, "MissingRights"},
    {InPlaceReason::kNotPossible, "NotPossible"},
    {InPlaceReason::kPartitioned, "Partitioned"},
    {InPlaceReason::kPatching, "Patching"},
    {InPlaceReason::kPaused, "Paused"},
    {InPlaceReason::kReverting, "Reverting"},
    {InPlaceReason::kStaged, "Staged"},
    {InPlaceReason::kWaitingForBudget, "WaitingForBudget"},
    {InPlaceReason::kWaitingForPdb, "WaitingForPDB"},
};

TEST_CASE("each reason of the condition has the name that users know, and is known by it") {
  for (size_t i = 0; i < std::size(kReasons); ++i) {
    CHECK(static_cast<size_t>(kReasons[i].reason) == i);
    CHECK(Name(kReasons[i].reason) == kReasons[i].name);
    CHECK(ParseInPlaceReason(kReasons[i].name) == kReasons[i].reason);
  }
  CHECK(Name(static_cast<InPlaceReason>(std::size(kReasons))) == "unknown");
}

TEST_CASE("no other word is a reason") {
  for (const char* word : {"", "unknown", "Mine", "waitingforpdb", "WaitingFor", "Staged "}) {
    CHECK_FALSE(ParseInPlaceReason(word).has_value());
  }
}

}  // namespace
}  // namespace windlass::in_place::condition_reason_test
