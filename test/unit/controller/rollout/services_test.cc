// The two Services of a Rollout: which Pods they select, and when they are moved.
#include "controller/rollout/services.h"

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "controller/rollout/reasons.h"
#include "controller/rollout/service_patch.h"
#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/changes.h"
#include "test/unit/controller/rollout/served.h"

namespace windlass::rollout::services_test {
namespace {

// --- which Pods ---

using Change = std::function<void(Served&)>;

Change Old(int32_t size) {
  return [=](Served& f) { f.AddOld(size); };
}
Change OldLost(int32_t size) {
  return [=](Served& f) { f.AddOld(size).status.available_replicas = 0; };
}
Change New(int32_t size, int32_t available) {
  return [=](Served& f) { f.AddNew(size, available); };
}
Change Revision(int number, int32_t size, int32_t available, uint64_t template_number) {
  return [=](Served& f) { f.Add(number, size, available, template_number); };
}
Change Selected(const std::string& stable, const std::string& canary) {
  return [=](Served& f) { f.WriteBoth(stable, canary); };
}
Change Replicas(int32_t replicas) {
  return [=](Served& f) { f.replicas = replicas; };
}
void NothingStable(Served& f) { f.status.carried = KindStatus(RolloutOwn{}); }
void Aborted(Served& f) { f.follow_revision = 1; }
void Paused(Served& f) { f.paused = true; }
void OnlyCanary(Served& f) { f.facts.stable = {}; }

// Revision 1 was stable, and is number 4 now: the number 1 is that of another ReplicaSet.
void NumberTwice(Served& f) {
  f.AddOld(6).meta.annotations.Set(workload::kComplete, "1/web-1");
  f.Add(3, 3, 3, 7).meta.annotations.Set(workload::kRevision, "1");
  f.replica_sets.front().meta.annotations.Set(workload::kRevision, "4");
  f.AddNew(1, 1);
  f.WriteBoth("web-3", "web-2");
}
struct TargetRow {
  std::string id;
  Change change;
  std::string want;  // writes
};

TEST_CASE("each Service selects the Pods of its revision (RO-181)") {
  const auto row = GENERATE(values<TargetRow>({
      {"at rest both select the stable one", Revision(1, 10, 10, 100), "web=web-1 web-next=web-1"},
      {"a canary that has no available Pod yet", All(Old(9), New(1, 0), Selected("web-1", "web-1")),
       ""},
      {"its first available Pod", All(Old(9), New(2, 1), Selected("web-1", "web-1")),
       "web-next=web-2"},
      {"a canary that dies stays: whoever judges it must see that",
       All(Old(9), New(2, 0), Selected("web-1", "web-2")), ""},
      {"a correction of the canary goes by the stable one",
       All(Old(8), Revision(3, 1, 1, 7), New(1, 0), Selected("web-1", "web-3")), "web-next=web-1"},
      {"an abort", All(Old(9), New(1, 1), Aborted, Selected("web-1", "web-2")), "web-next=web-1"},
      {"an abort whose stable Pods are not back yet",
       All(OldLost(9), New(1, 1), Aborted, Selected("web-2", "web-2")), ""},
      {"stable Pods that are lost come back: the canary does not stand in",
       All(OldLost(8), New(2, 2), Selected("web-1", "web-2")), ""},
      {"no stable Pod is left, as with one replica",
       All(Replicas(1), Old(0), New(1, 1), Selected("web-1", "web-2")), "web=web-2"},
      {"before any revision is stable: the new one", All(NothingStable, New(10, 1)),
       "web=web-2 web-next=web-2"},
      {"not before a Pod is available", All(NothingStable, New(10, 0)), ""},
      {"a key of a ReplicaSet that is gone",
       All(Revision(1, 10, 10, 100), Selected("web-9", "web-1")), "web=web-1"},
      {"a paused Rollout", All(Paused, Old(9), New(1, 1), Selected("web-1", "web-1")),
       "web-next=web-2"},
      {"no replicas: nothing moves",
       All(Replicas(0), Old(1), New(1, 1), Selected("web-1", "web-1")), ""},
      {"two ReplicaSets had the number of the stable revision: the one that was complete (RO-138)",
       NumberTwice, "web=web-1"},
      {"before any revision is stable: the first one, of which a Pod never becomes available",
       All(NothingStable, Revision(1, 10, 9, 1), New(1, 1)), "web=web-1 web-next=web-2"},
      {"before any revision is stable, a Service stays while it has endpoints",
       All(NothingStable, Revision(1, 5, 4, 1), New(6, 6), Selected("web-1", "web-2")), ""},
      {"before any revision is stable, a canary that had the first Pod gives way to the first one",
       All(NothingStable, Revision(1, 3, 3, 1), New(1, 1), Selected("web-2", "web-2")),
       "web=web-1"},
      {"before any revision is stable, a correction of the canary goes by the first one",
       All(NothingStable, Revision(1, 9, 8, 1), Revision(3, 1, 1, 7), New(1, 0),
           Selected("web-1", "web-3")),
       "web-next=web-1"},
      {"a revision was promoted to the end, and is corrected before it was complete",
       All(Old(0), Revision(3, 2, 2, 7), New(2, 1), Selected("web-3", "web-3")), "web-next=web-2"},
      {"only a canary is named", All(Old(9), New(1, 1), OnlyCanary), "web-next=web-2"},
  }));
  CAPTURE(row.id);
  Served f;
  row.change(f);
  CHECK(f.Play() == row.want);
  Proves("RO-138 RO-181");
}

TEST_CASE("nothing is moved while it is not known which ReplicaSet has the template (RO-181)") {
  Served f;
  f.AddBoth(9, 1, 1);
  workload::Situation situation = f.Sit();
  situation.extended.new_one_unknown = true;
  CHECK(std::holds_alternative<Wait>(MoveServicesFirst(situation, f.facts, Wait{})));
  Proves("RO-181");
}

// --- when ---

TEST_CASE("a Service is moved before the last Pods that it selects go (RO-182)") {
  Served f;
  const ReplicaSet& old = f.AddOld(4);
  f.AddNew(10, 9);
  f.WriteBoth("web-1", "web-2");
  SECTION("a write that leaves some of them does not wait") {
    CHECK(f.Play(f.Sized(old, 1)).empty());
  }
  SECTION("a write that leaves none waits") {
    CHECK(f.Play(f.Sized(old, 0)) == "web=web-2");
    // The next sync, after that write failed, does not move the Service back before it.
    CHECK(f.Play(f.Sized(old, 0)).empty());
  }
  SECTION("a Service without a key is not concerned") {
    f.web().selector.Erase(kPodTemplateHashLabel);
    f.web().meta.annotations.Erase(kServiceOf);
    CHECK(f.Play(f.Sized(old, 0)).empty());
  }
  SECTION("no other Pod is available") {
    f.replica_sets.back().status.available_replicas = 0;
    CHECK(f.Play(f.Sized(old, 0)).empty());
  }
  SECTION("all Pods go: no revision stands in for the stable one") {
    f.replicas = 0;
    CHECK(f.Play(f.Sized(old, 0)).empty());
  }
  SECTION("its Pods are not available") {
    f.replica_sets.front().status.available_replicas = 0;
    CHECK(f.Play(f.Sized(old, 0)).empty());
  }
  Proves("RO-182");
}

TEST_CASE("before any revision is stable, Services leave the first one before it goes (RO-182)") {
  Served f;
  f.status.carried = KindStatus(RolloutOwn{});
  const ReplicaSet& first = f.Add(1, 5, 4, 1);
  f.AddNew(10, 9);
  f.WriteBoth("web-1", "web-2");
  CHECK(f.Play(f.Sized(first, 1)).empty());
  CHECK(f.Play(f.Sized(first, 0)) == "web=web-2");
  Proves("RO-182");
}

TEST_CASE("an abort moves the canary's Service before the canary goes (RO-182)") {
  Served f;
  const ReplicaSet& canary = f.AddBoth(9, 1, 1);
  f.follow_revision = 1;
  f.WriteBoth("web-1", "web-2");
  CHECK(f.Play(f.Sized(canary, 0)) == "web-next=web-1");
  Proves("RO-182");
}

TEST_CASE("what is due is written before a status, and before no other write (RO-182)") {
  Served f;
  const ReplicaSet& old = f.AddOld(9);
  f.AddNew(1, 1);
  f.WriteBoth("web-1", "web-1");
  SECTION("a status") { CHECK(f.Play(f.StatusWrite()) == "web-next=web-2"); }
  SECTION("a failure") { CHECK(f.Play(Failed{}) == "web-next=web-2"); }
  SECTION("a size") { CHECK(f.Play(f.Sized(old, 8)).empty()); }
  Proves("RO-182");
}

TEST_CASE("the last Pods of a revision wait for the first list of Services (RO-182)") {
  Served f;
  const ReplicaSet& old = f.AddOld(4);
  f.AddNew(10, 9);
  f.WriteBoth("web-1", "web-2");
  f.facts.known = ServicesKnown::kLoading;
  const Step step = f.Before(f.Sized(old, 0));
  CHECK(std::get<Wait>(step).look_again_in == seconds(1));
  int32_t left = 0;
  SECTION("all Pods go: no Service is moved before that") { f.replicas = 0; }
  SECTION("Recreate: no other revision has Pods") { f.strategy = Strategy::kRecreate; }
  SECTION("a write that leaves some of them") { left = 1; }
  SECTION("Services that cannot be read hold nothing up") {
    f.facts.known =
        GENERATE(ServicesKnown::kForbidden, ServicesKnown::kFailed, ServicesKnown::kIgnored);
  }
  const Step then = f.Before(f.Sized(old, left));
  REQUIRE(std::holds_alternative<windlass::Write>(then));
  CHECK(std::get<windlass::Write>(then).request.resource() == resources::kReplicaSets);
  Proves("RO-182 RO-185");
}

TEST_CASE("an Event tells which revision a Service selects, and for a key that is right none is") {
  Served f;
  f.AddBoth(9, 1, 1);
  f.WriteBoth("web-1", "web-1");
  const auto write = std::get<windlass::Write>(f.Before(Wait{}));
  REQUIRE(write.on_success.size() == 1);
  CHECK(write.on_success[0].reason == "ServiceSwitched");
  CHECK(write.on_success[0].message ==
        "Service web-next selects the Pods of revision 2, pod-template-hash web-2");
  // A user wrote the right key.
  f.next().selector.Set(kPodTemplateHashLabel, "web-2");
  CHECK(std::get<windlass::Write>(f.Before(Wait{})).on_success.empty());
  CHECK(f.Play() == "web-next=web-2");
  // What was told is not told again when it has to be written anew.
  f.next().selector.Erase(kPodTemplateHashLabel);
  CHECK(std::get<windlass::Write>(f.Before(Wait{})).on_success.empty());
  CHECK(f.Play() == "web-next=web-2");
  Proves("RO-181");
}

TEST_CASE("the extension asks for Services where it ends a sync and where it writes a status") {
  Served f;
  f.AddBoth(9, 1, 1);
  f.WriteBoth("web-1", "web-1");
  const RolloutExtension extension(
      in_place::InPlaceExtension(),
      [&](const Workload&, WallTime) -> RolloutFacts {
        return {.steps = f.steps, .checks = f.checks};
      },
      [&](const Workload&) { return f.facts; });
  f.kind.Extend(extension);
  CHECK(f.Apply(extension.End(f.Sit(), Wait{})) == "web-next=web-2");
  f.facts.canary.service = nullptr;
  WorkloadStatus draft = f.status;
  extension.UpdateStatus(f.Sit(), draft);
  CHECK(ReasonIn(draft.conditions, kServicesSynced) == "False ServiceMissing");
  const std::vector<Event> events = extension.Events(f.Sit(), draft);
  REQUIRE(events.size() == 1);
  CHECK(events[0].type == Event::Type::kWarning);
  CHECK(events[0].reason == "ServiceMissing");
  Proves("RO-184");
}

// A Service whose selector is right may still lack the annotation, which says whose selector it is.
TEST_CASE("a Service shows a patch once it has the annotation and the hash (RO-185)") {
  const ServicePatch patch{.note = "7c9d Rollout web", .hash = "7c9d"};
  Service service;
  service.selector.Set(std::string(kPodTemplateHashLabel), "7c9d");
  CHECK_FALSE(Shows(service, patch));
  service.meta.annotations.Set(std::string(kServiceOf), "7c9d Rollout web");
  CHECK(Shows(service, patch));
  service.selector.Set(std::string(kPodTemplateHashLabel), "55aa");
  CHECK_FALSE(Shows(service, patch));
  Proves("RO-185");
}

}  // namespace
}  // namespace windlass::rollout::services_test
