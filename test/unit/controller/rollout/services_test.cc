// The two Services of a Rollout: which Pods they select and when they are moved, and what Windlass
// leaves alone.
#include "controller/rollout/services.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "controller/rollout/reasons.h"
#include "controller/workload/annotations.h"
#include "controller/workload/planner/planner.h"
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

// --- what is left alone ---

TEST_CASE("a Service that was changed is Windlass' again without its annotation (RO-183)") {
  Served f;
  f.AddBoth(9, 1, 1);
  f.WriteBoth("web-1", "web-1");
  f.next().selector.Set(kPodTemplateHashLabel, "web-9");
  CHECK(f.Play().empty());
  SECTION("the annotation is removed") { f.next().meta.annotations.Erase(kServiceOf); }
  SECTION("the key is made right") { f.next().selector.Set(kPodTemplateHashLabel, "web-2"); }
  SECTION("the key is put back") { f.next().selector.Set(kPodTemplateHashLabel, "web-1"); }
  SECTION("the annotation is no such") { f.next().meta.annotations.Set(kServiceOf, "mine"); }
  CHECK(f.Play() == "web-next=web-2");
  CHECK(f.Told() == "True Synced");
  Proves("RO-183");
}

TEST_CASE("a Service of a Rollout that is gone is taken over (RO-183)") {
  Served f;
  f.AddOld(10);
  f.WriteBoth("web-1", "web-1");
  ObjectMeta former = f.meta;
  former.uid = {0xA0, 9};
  f.web().meta.annotations.Set(kServiceOf, NoteText(former, "web-1"));
  CHECK(f.Play() == "web=web-1");
  CHECK(NoteOf(f.web())->uid == f.meta.uid);
  // If somebody changed it meanwhile, it is left alone.
  f.web().meta.annotations.Set(kServiceOf, NoteText(former, "web-7"));
  f.web().selector.Set(kPodTemplateHashLabel, "web-8");
  CHECK(f.Play().empty());
  CHECK(f.Told() == "False ServiceChanged");
  Proves("RO-183");
}

TEST_CASE("a key that somebody took away is written anew, but not at once again (RO-183)") {
  Served f;
  f.Add(1, 10, 10, 100);
  f.WriteBoth("web-1", "web-1");
  f.next().selector.Erase(kPodTemplateHashLabel);  // as a server-side apply without it does
  f.facts.canary.not_before = f.now + seconds(40);
  f.facts.canary.told_until = f.now + seconds(3000);
  CHECK(f.Play().empty());
  CHECK(std::get<Wait>(f.Before(Wait{})).look_again_in == seconds(40));
  CHECK(f.Told() == "False ServiceTakenAway");
  CHECK(
      f.message ==
      "Service web-next: another client removed pod-template-hash from spec.selector twice within "
      "an hour, as a server-side apply without this key does. Windlass writes it again, at most "
      "twice a minute. Make that client leave spec.selector alone");
  f.now = f.now + seconds(40);
  CHECK(f.Play() == "web-next=web-1");
  CHECK(f.Told() == "False ServiceTakenAway");
  CHECK(std::get<Wait>(f.Before(Wait{})).look_again_in == seconds(2960));
  f.now = f.now + seconds(2960);
  CHECK(f.Told() == "True Synced");
  Proves("RO-183");
}

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
  CHECK(again.on_success.empty());
  // It is news that another revision is selected.
  f.follow_revision = 1;
  CHECK(std::get<windlass::Write>(f.Before(Wait{})).on_success.size() == 1);
  // It is right at last, for example by hand.
  f.Write(f.next(), "web-1");
  CHECK(f.Told() == "True Synced");
  Proves("RO-181 RO-185");
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

// --- Services that are named no more ---

TEST_CASE("a Service that is named no more loses key and annotation (RO-186)") {
  Served f;
  const ReplicaSet& old = f.AddOld(10);
  f.WriteBoth("web-1", "web-1");
  f.Told();
  f.facts.left = {{.name = "web-next", .service = &f.next()}};
  f.facts.canary = {};
  SECTION("at the end of a sync") {
    CHECK(f.Play() == "web-next=");
    CHECK_FALSE(HashOf(f.next()));
  }
  SECTION("before its Pods go") { CHECK(f.Apply(f.Before(f.Sized(old, 0))) == "web-next="); }
  SECTION("a key that somebody else wrote stays") {
    f.next().selector.Set(kPodTemplateHashLabel, "web-9");
    CHECK(f.Play() == "web-next is left alone");
    CHECK(HashOf(f.next()) == "web-9");
  }
  CHECK_FALSE(NoteOf(f.next()));
  Proves("RO-186");
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

}  // namespace
}  // namespace windlass::rollout::services_test
