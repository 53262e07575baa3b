// The memory of dry runs.
#include "controller/rollout/template_defaults.h"

#include "test/catch.h"
#include "test/proves.h"

namespace windlass::rollout::template_defaults_test {
namespace {

constexpr WallTime kNow{1'800'000'000};
const TemplateDefaults::Subject kWeb{{0xA0, 1}, "t-web", 7};
const TemplateDefaults::Subject kOther{{0xA0, 2}, "t-web", 7};

DryRunAnswer Accepted() {
  return {.verdict = DryRunVerdict::kAccepted,
          .message = {},
          .defaulted = DefaultedTemplate{{0, 9}, R"({"spec":{}})"}};
}
DryRunAnswer Refused() { return {.verdict = DryRunVerdict::kRefused, .message = "no image"}; }
DryRunAnswer NoVerdict() { return {.verdict = DryRunVerdict::kNoVerdict, .message = "quota"}; }

TEST_CASE("nothing is known of a template that was not asked about (RO-090)") {
  const TemplateDefaults memory;
  const TemplateChecks checks = memory.Find(kWeb, kNow);
  CHECK(checks.defaulted == nullptr);
  CHECK(checks.replica_set.verdict == DryRunVerdict::kNotAsked);
  CHECK(checks.pod.verdict == DryRunVerdict::kNotAsked);
  CHECK(checks.Refusal() == nullptr);
  CHECK(checks.NotJudged() == nullptr);
  Proves("RO-090");
}

TEST_CASE("an accepted template is known as long as it is asked for (RO-090)") {
  TemplateDefaults memory;
  memory.NoteReplicaSet(kWeb, Accepted(), kNow);
  memory.NotePod(kWeb, {.verdict = DryRunVerdict::kAccepted}, kNow);
  TemplateDefaults::Subject later = kWeb;
  later.generation = 8;
  const TemplateChecks checks = memory.Find(later, kNow + seconds(1'000'000));
  REQUIRE(checks.defaulted != nullptr);
  CHECK(checks.defaulted->fingerprint == Fingerprint{0, 9});
  CHECK(checks.defaulted->json == R"({"spec":{}})");
  CHECK(checks.pod.verdict == DryRunVerdict::kAccepted);
  CHECK_FALSE(checks.pod.until);

  SECTION("another Rollout with the same template is asked about itself") {
    CHECK(memory.Find(kOther, kNow).defaulted == nullptr);
  }
  SECTION("another template of the Rollout is not known") {
    later.requested = "t-newer";
    CHECK(memory.Find(later, kNow).defaulted == nullptr);
    memory.NotePod(later, Refused(), kNow);
    CHECK(memory.Find(kWeb, kNow).defaulted == nullptr);
    CHECK(memory.Find(kWeb, kNow).pod.verdict == DryRunVerdict::kNotAsked);
    CHECK(memory.size() == 1);
  }
  SECTION("a rollout that is over takes no memory") {
    memory.Forget(kWeb.rollout);
    CHECK(memory.size() == 0);
    CHECK(memory.Find(kWeb, kNow).defaulted == nullptr);
    memory.Forget(kOther.rollout);
  }
  Proves("RO-090");
}

TEST_CASE("at rest an answer counts for a minute, so that its sync can end with it (RO-093)") {
  TemplateDefaults memory;
  memory.Rest(kWeb.rollout);  // nothing is known yet
  memory.NoteReplicaSet(kWeb, Accepted(), kNow);
  memory.NotePod(kWeb, {.verdict = DryRunVerdict::kAccepted}, kNow);
  memory.Rest(kWeb.rollout);
  const auto known = [&](int64_t after) {
    const TemplateChecks checks = memory.Find(kWeb, kNow + seconds(after));
    CHECK((checks.defaulted != nullptr) == (checks.pod.verdict == DryRunVerdict::kAccepted));
    return checks.defaulted != nullptr;
  };
  CHECK(known(0));
  CHECK(known(59));
  CHECK_FALSE(known(60));
  CHECK_FALSE(known(-1));  // the clock was set back
  TemplateDefaults::Subject newer = kWeb;
  newer.requested = "t-newer";
  memory.NoteReplicaSet(newer, Accepted(), kNow);
  CHECK(memory.Find(newer, kNow + seconds(60)).defaulted != nullptr);  // a rollout is under way
  Proves("RO-093");
}

// Whom this serves: a cluster with thousands of Rollouts at rest, beside a webhook that removes
// annotations. Each answer has a whole template.
TEST_CASE("at rest an answer takes no memory once it is over (RO-093)") {
  TemplateDefaults memory;
  CHECK_FALSE(memory.ForgetOver(kNow));
  memory.NoteReplicaSet(kOther, Accepted(), kNow);  // a rollout is under way
  memory.NoteReplicaSet(kWeb, Accepted(), kNow);
  memory.NotePod(kWeb, {.verdict = DryRunVerdict::kAccepted}, kNow + seconds(10));
  CHECK_FALSE(memory.ForgetOver(kNow + seconds(1000)));
  CHECK(memory.size() == 2);
  memory.Rest(kWeb.rollout);
  CHECK(memory.ForgetOver(kNow + seconds(69)));
  CHECK(memory.size() == 2);
  CHECK_FALSE(memory.ForgetOver(kNow + seconds(70)));
  CHECK(memory.size() == 1);
  CHECK(memory.Find(kOther, kNow + seconds(70)).defaulted != nullptr);
  Proves("RO-093");
}

struct LifetimeRow {
  DryRunVerdict verdict;
  int64_t seconds;  // that it counts
};

TEST_CASE("an answer that is no yes counts for minutes, and for one generation (RO-093)") {
  const auto row = GENERATE(values<LifetimeRow>({{DryRunVerdict::kRefused, 300},
                                                 {DryRunVerdict::kNoVerdict, 600},
                                                 {DryRunVerdict::kForbidden, 600}}));
  TemplateDefaults memory;
  memory.NoteReplicaSet(kWeb, {.verdict = row.verdict, .message = "why"}, kNow);
  const seconds lifetime(row.seconds);
  const auto verdict = [&](const TemplateDefaults::Subject& subject, WallTime at) {
    return memory.Find(subject, at).replica_set.verdict;
  };
  CHECK(verdict(kWeb, kNow) == row.verdict);
  CHECK(verdict(kWeb, kNow + lifetime) == DryRunVerdict::kNotAsked);
  CHECK(verdict(kWeb, WallTime{kNow.unix_seconds + row.seconds - 1}) == row.verdict);
  CHECK(verdict(kWeb, WallTime{kNow.unix_seconds - 1}) == DryRunVerdict::kNotAsked);
  CHECK(memory.Find(kWeb, kNow).replica_set.until == kNow + lifetime);
  CHECK(memory.Find(kWeb, kNow).replica_set.message == "why");
  TemplateDefaults::Subject later = kWeb;
  later.generation = 8;
  CHECK(verdict(later, kNow) == DryRunVerdict::kNotAsked);
  Proves("RO-093");
}

TEST_CASE("what is known of another template than the requested one is forgotten (RO-093)") {
  TemplateDefaults memory;
  memory.NotePod(kWeb, Refused(), kNow);
  memory.NotePod(kOther, Refused(), kNow);
  memory.ForgetOthers(kWeb.rollout, "t-web");
  CHECK(memory.size() == 2);
  memory.ForgetOthers(kWeb.rollout, "t-small");
  CHECK(memory.size() == 1);
  CHECK(memory.Find(kOther, kNow).Refusal() != nullptr);
  memory.ForgetOthers(kWeb.rollout, "t-web");
  CHECK(memory.size() == 1);
  Proves("RO-093");
}

// An API server that restarts, or one lost answer, must not bring back Pods of an earlier revision.
TEST_CASE("defaults are overdue once they have not come for half a minute (RO-122)") {
  TemplateDefaults memory;
  const auto overdue = [&](seconds after) {
    const auto from = memory.Find(kWeb, kNow + after).defaults_overdue_from;
    return from && kNow + after >= *from;
  };
  memory.NoteNotTold(kWeb, kNow);
  memory.NoteNotTold(kWeb, kNow + seconds(20));
  CHECK_FALSE(overdue(seconds(29)));
  CHECK(overdue(seconds(30)));
  CHECK_FALSE(memory.Find(kOther, kNow + seconds(30)).defaults_overdue_from);
  SECTION("they come") {
    memory.NoteReplicaSet(kWeb, Accepted(), kNow + seconds(40));
    CHECK_FALSE(overdue(seconds(41)));
  }
  SECTION("the clock is set back") {
    memory.NoteNotTold(kWeb, kNow + seconds(-1000));
    CHECK_FALSE(overdue(seconds(-971)));
    CHECK(overdue(seconds(-970)));
  }
  SECTION("nobody has asked for long: the Rollout was paused") {
    memory.NoteNotTold(kWeb, kNow + seconds(700));
    CHECK_FALSE(overdue(seconds(729)));
    CHECK(overdue(seconds(730)));
  }
  SECTION("another template is requested") {
    TemplateDefaults::Subject newer = kWeb;
    newer.requested = "t-newer";
    memory.NoteNotTold(newer, kNow + seconds(40));
    CHECK(memory.Find(newer, kNow).defaults_overdue_from == kNow + seconds(70));
  }
  Proves("RO-122");
}

// Whom this serves: who scales a Rollout up from 0 long after its API server was in trouble.
TEST_CASE("an old trouble makes no defaults overdue (RO-122)") {
  TemplateDefaults memory;
  const auto overdue_from = [&](int64_t after) {
    return memory.Find(kWeb, kNow + seconds(after)).defaults_overdue_from;
  };
  memory.NoteNotTold(kWeb, kNow);
  SECTION("nobody has asked since") {
    CHECK(overdue_from(599) == kNow + seconds(30));
    CHECK_FALSE(overdue_from(600));
  }
  SECTION("the rollout was complete since") {
    memory.Rest(kWeb.rollout);
    CHECK_FALSE(overdue_from(1));
    memory.NoteNotTold(kWeb, kNow + seconds(5));
    memory.Rest(kWeb.rollout);  // the status was written
    CHECK(overdue_from(6) == kNow + seconds(35));
    CHECK(memory.ForgetOver(kNow + seconds(604)));
    CHECK(memory.size() == 1);
    CHECK_FALSE(memory.ForgetOver(kNow + seconds(605)));
    CHECK(memory.size() == 0);
  }
  Proves("RO-122");
}

TEST_CASE("of both answers the one that matters is told (RO-091)") {
  TemplateDefaults memory;
  memory.NoteReplicaSet(kWeb, NoVerdict(), kNow);
  CHECK(memory.Find(kWeb, kNow).NotJudged()->message == "quota");
  memory.NotePod(kWeb, Refused(), kNow);
  const TemplateChecks refused = memory.Find(kWeb, kNow);
  REQUIRE(refused.Refusal() != nullptr);
  CHECK(refused.Refusal()->message == "no image");
  memory.NoteReplicaSet(kWeb, {.verdict = DryRunVerdict::kRefused, .message = "no label"}, kNow);
  CHECK(memory.Find(kWeb, kNow).Refusal()->message == "no label");
  Proves("RO-091");
}

}  // namespace
}  // namespace windlass::rollout::template_defaults_test
