// Writes to the Services of a Rollout that are refused, lost or not kept.
#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "controller/rollout/reasons.h"
#include "controller/rollout/services.h"
#include "controller/workload/planner/planner.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/served.h"

namespace windlass::rollout::services_not_kept_test {
namespace {

// --- writes that fail ---

TEST_CASE("a Service whose write was refused is not written otherwise in the same sync (RO-185)") {
  Served f;
  f.AddBoth(9, 1, 1);
  f.WriteBoth("web-1", "web-0");
  const Step first = f.Before(f.StatusWrite());
  REQUIRE(std::holds_alternative<windlass::Write>(first));
  f.learned.push_back(
      OutcomeOf(std::get<windlass::Write>(first), Error{ErrorKind::kForbidden, "no"}));
  f.follow_revision = 1;  // an abort: the stable Pods are its own from now on
  const Step then = f.Before(f.StatusWrite());
  CHECK(std::get<windlass::Write>(then).request.resource() == resources::kRollouts);
  f.learned.clear();
  CHECK(f.Play(f.StatusWrite()) == "web-next=web-1");
  Proves("RO-185");
}

TEST_CASE("a write that the API server refuses is told, and holds nothing up (RO-185)") {
  Served f;
  const ReplicaSet& old = f.AddOld(4);
  f.AddNew(10, 9);
  f.WriteBoth("web-1", "web-2");
  const auto write = std::get<windlass::Write>(f.Before(f.Sized(old, 0)));
  const ErrorKind kind = GENERATE(ErrorKind::kForbidden, ErrorKind::kInvalid, ErrorKind::kWebhook);
  f.learned.push_back(OutcomeOf(write, Error{kind, "no"}));
  CHECK(std::get<windlass::Write>(f.Before(f.Sized(old, 0))).request.resource() ==
        resources::kReplicaSets);
  CHECK(std::get<Wait>(f.Before(Wait{})).look_again_in == seconds(60));
  CHECK(f.Told() == "False ServiceUpdateRefused");
  const std::string hint = ". If Windlass lacks the right, apply deploy/overlays/rollout-services";
  CHECK(f.message == "the API server refuses to change Service web: no" +
                         (kind == ErrorKind::kForbidden ? hint : ""));
  Proves("RO-185");
}

TEST_CASE(
    "the last Pods of a revision wait while others change their Service, three times (RO-182)") {
  Served f;
  const ReplicaSet& old = f.AddOld(4);
  f.AddNew(10, 9);
  f.WriteBoth("web-1", "web-2");
  const auto write = std::get<windlass::Write>(f.Before(f.Sized(old, 0)));
  f.learned.push_back(OutcomeOf(write, Error{ErrorKind::kConflict, "changed meanwhile"}));
  for (f.facts.stable.conflicts = 1; f.facts.stable.conflicts <= 3; ++f.facts.stable.conflicts) {
    CAPTURE(f.facts.stable.conflicts);
    CHECK(std::get<Wait>(f.Before(f.Sized(old, 0))).look_again_in == seconds(1));
    CHECK(std::holds_alternative<windlass::Write>(f.Before(f.Sized(old, 1))));
    CHECK(std::get<Wait>(f.Before(Wait{})).look_again_in == seconds(60));
  }
  CHECK(std::get<windlass::Write>(f.Before(f.Sized(old, 0))).request.resource() ==
        resources::kReplicaSets);
  // It has a key of this Rollout, but that of Pods that are going.
  CHECK(f.Told() == "Unknown ServiceNotWritten");
  Proves("RO-182 RO-185");
}

TEST_CASE("the last Pods of a revision wait so for a Service that is named no more (RO-186)") {
  Served f;
  const ReplicaSet& old = f.AddOld(4);
  f.AddNew(10, 9);
  f.WriteBoth("web-1", "web-2");
  f.facts.left = {{.name = "web", .service = &f.web(), .conflicts = 1}};
  f.facts.stable = {};
  const auto write = std::get<windlass::Write>(f.Before(f.Sized(old, 0)));
  f.learned.push_back(OutcomeOf(write, Error{ErrorKind::kConflict, "changed meanwhile"}));
  CHECK(std::get<Wait>(f.Before(f.Sized(old, 0))).look_again_in == seconds(1));
  Proves("RO-186");
}

TEST_CASE("a rollout goes on without a Service over which the API server is in trouble (RO-185)") {
  Served f;
  const ReplicaSet& old = f.AddOld(4);
  f.AddNew(10, 9);
  f.WriteBoth("web-1", "web-2");
  f.facts.stable.failed_until = f.now + seconds(20);
  CHECK(f.Play(f.Sized(old, 0)).empty());
  CHECK(std::get<Wait>(f.Before(Wait{})).look_again_in == seconds(20));
  CHECK(f.Told() == "Unknown ServiceNotWritten");
  f.now = f.now + seconds(20);
  CHECK(f.Play(f.Sized(old, 0)) == "web=web-2");
  CHECK(f.Told() == "True Synced");
  Proves("RO-185");
}

TEST_CASE("a server that does not keep what it accepts gets three patches in one sync (RO-185)") {
  Served f;
  f.AddBoth(9, 1, 1);
  f.WriteBoth("web-1", "web-1");
  int patches = 0;
  for (; patches < 10; ++patches) {
    const Step step = f.Before(Wait{});
    const auto* write = std::get_if<windlass::Write>(&step);
    if (write == nullptr) break;
    f.learned.push_back(OutcomeOf(*write, Reply{"{}"}));
    f.next().meta.resource_version.text += "0";  // something else is changed each time
  }
  CHECK(patches == 3);
  Proves("RO-185");
}

TEST_CASE("a Service that was not kept waits for a minute, and is told for so long (RO-185)") {
  Served f;
  const ReplicaSet& old = f.AddOld(9);
  f.AddNew(1, 1);
  f.WriteBoth("web-1", "web-1");
  const auto write = std::get<windlass::Write>(f.Before(Wait{}));
  CHECK(write.on_success.size() == 1);
  f.learned.push_back(OutcomeOf(write, Reply{"{}"}));
  CHECK(f.Told() == "True Synced");  // the store does not show the write yet
  f.learned.clear();
  // A webhook drops it, with the annotation.
  const ServicePatch dropped = PatchIn(write.request);
  f.facts.canary.not_kept = &dropped;
  f.facts.canary.not_before = f.now + seconds(60);
  f.next().meta.annotations.Erase(kServiceOf);
  f.next().selector.Erase(kPodTemplateHashLabel);
  CHECK(f.Play().empty());
  CHECK(std::get<Wait>(f.Before(Wait{})).look_again_in == seconds(60));
  CHECK(f.Told() == "False ServiceNotKept");
  CHECK(f.message ==
        "Service web-next: the API server accepted what Windlass wrote and did not keep it, "
        "probably because a mutating webhook sets spec.selector. Make that webhook leave "
        "pod-template-hash alone");
  CHECK(f.event == "ServiceNotKept");
  f.Told();
  CHECK(f.event.empty());
  // No Pod waits for it.
  f.facts.stable = {};
  CHECK(std::get<windlass::Write>(f.Before(f.Sized(old, 0))).request.resource() ==
        resources::kReplicaSets);
  f.now = f.now + seconds(60);
  const auto again = std::get<windlass::Write>(f.Before(Wait{}));
  CHECK(PatchIn(again.request) == dropped);
  CHECK(again.on_success.size() == 1);  // is sent if the write is kept this time
  f.next().meta.annotations.Set(kServiceOf, dropped.note);  // only the key was dropped
  CHECK(std::get<windlass::Write>(f.Before(Wait{})).on_success.size() == 1);
  // It is news that another revision is selected.
  f.follow_revision = 1;
  CHECK(std::get<windlass::Write>(f.Before(Wait{})).on_success.size() == 1);
  // It is right at last, for example by hand.
  f.Write(f.next(), "web-1");
  CHECK(f.Told() == "True Synced");
  Proves("RO-181 RO-185");
}

TEST_CASE("the reply to a write shows whether the API server kept it (RO-185)") {
  Served f;
  f.AddBoth(9, 1, 1);
  f.WriteBoth("web-1", "web-1");
  const auto write = std::get<windlass::Write>(f.Before(Wait{}));
  const ServicePatch patch = PatchIn(write.request);
  const std::string other = GENERATE(std::string(), std::string(20000, 'x'));
  const auto kept = [&](const std::string& note, const std::string& hash) {
    const std::string reply = R"({"metadata":{"annotations":{"a":")" + other + R"(","b":null,")" +
                              std::string(kServiceOf) + R"(":")" + note +
                              R"("}},"spec":{"selector":{"app":"web","pod-template-hash":")" +
                              hash + R"("}}})";
    const Outcome outcome = OutcomeOf(write, Reply{reply});
    CHECK(outcome.said->body.empty() == !other.empty());
    return outcome.kept && outcome.kept->ok();
  };
  CHECK(kept(patch.note, *patch.hash));
  CHECK_FALSE(kept(patch.note, "web-0"));
  CHECK_FALSE(kept("", *patch.hash));
  const auto error = CheckKept({"ns", "web"}, patch)(R"({"metadata":{}})");
  REQUIRE_FALSE(error.ok());
  CHECK(error.error().message ==
        "the API server accepted a change of Service ns/web and did not keep it, probably because "
        "a mutating webhook sets spec.selector or the annotations");
  CHECK(CheckKept({"ns", "web"}, patch)("{}").ok());
  CHECK(CheckKept({"ns", "web"}, patch)("").ok());
  CHECK(CheckKept({"ns", "web"}, {.note = "", .hash = std::nullopt})(R"({"metadata":{}})").ok());
  Proves("RO-185");
}

TEST_CASE("patches of Services that are not kept hold up neither status nor Pods (RO-185)") {
  Served f;
  f.steps.clear();
  f.AddBoth(3, 10, 10);
  f.WriteBoth("web-1", "web-2");
  SECTION("before the last Pods of a revision go") {}
  SECTION("a Service that is named no more keeps its key") {
    f.facts.left = {{.name = "web", .service = &f.web()}};
    f.facts.stable = {};
  }
  const RolloutExtension extension(
      in_place::InPlaceExtension(),
      [&](const Workload&, WallTime) -> RolloutFacts {
        return {.steps = f.steps, .checks = f.checks};
      },
      [&](const Workload&) { return f.facts; });
  f.kind.Extend(extension);
  std::vector<std::string> asked;
  ServicePatch dropped;
  for (int i = 0; i < 20; ++i) {
    f.Sit();
    const Step step = workload::Next(*f.view, f.learned, f.now);
    const auto* write = std::get_if<windlass::Write>(&step);
    if (write == nullptr) break;
    const std::string resource(write->request.resource().plural);
    asked.push_back(resource + (write->request.subresource().empty() ? "" : "/status"));
    // A webhook puts the selector back; the annotation is written once.
    if (resource == "services" && asked.size() == 1) f.web().meta.resource_version.text += "0";
    if (resource == "services") {
      dropped = PatchIn(write->request);
      f.facts.stable.not_kept = &dropped;
      for (NamedService& left : f.facts.left) left.not_kept = &dropped;
    }
    if (resource == "replicasets") {
      ReplicaSet& old = f.replica_sets.front();
      old.replicas = old.status.replicas = 0;
      old.status.ready_replicas = old.status.available_replicas = 0;
      old.meta.resource_version.text += "0";
    }
    if (resource == "rollouts") f.status = *f.kind.written;
    f.learned.push_back(OutcomeOf(*write, Reply{"{}"}));
  }
  CAPTURE(asked);
  CHECK(std::ranges::count(asked, "replicasets") >= 1);
  CHECK(std::ranges::count(asked, "rollouts/status") >= 1);
  CHECK(std::ranges::count(asked, "services") <= 3);
  CHECK(ReasonIn(f.status.conditions, kServicesSynced) == "False ServiceNotKept");
  Proves("RO-185");
}

}  // namespace
}  // namespace windlass::rollout::services_not_kept_test
