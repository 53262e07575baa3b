// Which Pods may be patched, and which comes first: P-031, P-032, P-037, P-042.
#include "controller/in_place/batch/candidates.h"

#include <functional>
#include <map>

#include "test/catch.h"
#include "test/support/changes.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::candidates_test {
namespace {

using namespace test;

constexpr WallTime kNow{2000};

// An available Pod of the host's template, on its own node.
struct Seen {
  Pod pod;
  PodStanding standing{.available = true};
};
Seen Make(const std::string& name) {
  Seen seen;
  seen.pod = PodWith({Running("app", "r/app:1", 'A', "I1", {450})});
  seen.pod.meta.name = name;
  seen.pod.meta.creation_timestamp = {400};
  seen.pod.node_name = "node-of-" + name;
  return seen;
}

struct Chosen {
  std::string names;
  std::optional<WallTime> look_again;
};
Chosen Choose(const std::vector<Seen>& seen, WallTime now = kNow) {
  std::vector<RolloutPod> pods;
  for (const Seen& one : seen) {
    pods.push_back({.pod = &one.pod, .standing = one.standing});
    pods.back().standing.node = one.pod.node_name.text();
  }
  const Candidates candidates = CandidatesOf(pods, now);
  Chosen chosen{.names = {}, .look_again = candidates.look_again};
  for (const RolloutPod* one : candidates.order) chosen.names += one->pod->meta.name;
  return chosen;
}

using Edit = std::function<void(Seen&)>;

struct Row {
  std::string id;
  Edit edit;
  bool want;
  std::optional<WallTime> want_look_again{};
};

// --- what the Pod may be instead ---

PodContainer& App(Seen& it) { return it.pod.containers[0]; }

// A Pod that was scheduled at 1990 and has no container yet.
void Fresh(Seen& it) {
  it.pod.phase = PodPhase::kPending;
  it.pod.ready = {};
  it.pod.scheduled = {ConditionStatus::kTrue, {1990}};
  it.standing.available = false;
  App(it).id = {};
  App(it).state = ContainerState::kWaiting;
  App(it).waiting_reason = "ContainerCreating";
}
Edit ScheduledAt(int64_t second) {
  return [=](Seen& it) { it.pod.scheduled = {ConditionStatus::kTrue, {second}}; };
}
// Nothing says when the Pod was scheduled.
void CreatedAt1980(Seen& it) {
  it.pod.scheduled = {};
  it.pod.meta.creation_timestamp = {1980};
}
void NotScheduled(Seen& it) {
  it.pod.node_name = {};
  it.pod.scheduled = {ConditionStatus::kFalse, {1990}};
}
Edit WaitsFor(const char* reason) {
  return [=](Seen& it) { App(it).waiting_reason = reason; };
}
void NoStatus(Seen& it) { App(it).state = ContainerState::kNoStatus; }
void Unknown(Seen& it) { App(it) = {}; }
Edit InitContainer(PodContainer container) {
  container.kind = ContainerKind::kInit;
  return [=](Seen& it) { it.pod.containers.insert(it.pod.containers.begin(), container); };
}
void InitContainerFails(Seen& it) {
  PodContainer container = App(it);
  container.id = Id(IdText('C'));
  container.waiting_reason = "CrashLoopBackOff";
  InitContainer(container)(it);
}
void InFlight(Seen& it) { it.standing.in_flight = true; }

TEST_CASE(
    "candidates are active Pods of the host that are not of the target (P-031, P-037, P-042)") {
  const Row row = GENERATE(values<Row>({
      {"P-031 available", kNothing, true},
      {"P-031 of the target", [](Seen& it) { it.standing.updated = true; }, false},
      {"P-031 of the pending ReplicaSet", [](Seen& it) { it.standing.stand_in = true; }, false},
      {"P-031 deleting", [](Seen& it) { it.pod.meta.deletion_timestamp = {1900}; }, false},
      {"P-031 ended", [](Seen& it) { it.pod.phase = PodPhase::kFailed; }, false},
      {"P-034 in flight to another target", InFlight, true},

      {"P-037 not created yet", Fresh, false, WallTime{2050}},
      {"P-037 nobody said when it was scheduled", All(Fresh, CreatedAt1980), false, WallTime{2040}},
      {"P-037 its status is still empty", All(Fresh, NoStatus, WaitsFor("")), false,
       WallTime{2050}},
      {"P-037 for a minute", All(Fresh, ScheduledAt(1940)), true},
      {"P-037 and a second less", All(Fresh, ScheduledAt(1941)), false, WallTime{2001}},
      {"P-037 it fails", All(Fresh, WaitsFor("ImagePullBackOff")), true},
      {"P-037 an init container fails", All(Fresh, WaitsFor("PodInitializing"), InitContainerFails),
       true},
      {"P-037 an init container is at work",
       All(Fresh, WaitsFor("PodInitializing"),
           InitContainer(Running("setup", "r/setup:1", 'C', "S1", {1995}))),
       false, WallTime{2050}},
      {"P-037 one of its containers was created",
       All(Fresh,
           [](Seen& it) {
             it.pod.containers.push_back(Running("log", "r/log:1", 'C', "L1", {1995}));
           }),
       true},
      {"P-034 P-037 a new target does not change that", All(Fresh, InFlight), false,
       WallTime{2050}},
      {"P-032 not scheduled: nobody knows its image yet", All(Fresh, NotScheduled, NoStatus), true},

      {"P-042 it runs, and nobody knows what", All(Unknown, [](Seen& it) { App(it).name = "app"; }),
       false},
      {"P-042 not even after a minute, and in flight", All(Unknown, InFlight), false},
      {"P-042 of one container it is known",
       [](Seen& it) { it.pod.containers.emplace_back().name = "log"; }, true},
      {"P-042 it does not run", All(Unknown, [](Seen& it) { it.pod.phase = PodPhase::kPending; }),
       true},
  }));
  CAPTURE(row.id);

  std::vector<Seen> seen{Make("a")};
  row.edit(seen[0]);
  const Chosen chosen = Choose(seen);
  CHECK(chosen.names == (row.want ? "a" : ""));
  CHECK(chosen.look_again == row.want_look_again);
  if (chosen.look_again) CHECK(Choose(seen, *chosen.look_again).names == "a");
}

TEST_CASE("P-037 the first of those put off says when to look again") {
  std::vector<Seen> seen{Make("a"), Make("b"), Make("c")};
  for (Seen& one : seen) Fresh(one);
  seen[1].pod.scheduled = {ConditionStatus::kTrue, {1985}};
  seen[2].standing.updated = true;
  seen[2].pod.scheduled = {ConditionStatus::kTrue, {1960}};
  const Chosen chosen = Choose(seen);
  CHECK(chosen.names.empty());
  CHECK(chosen.look_again == WallTime{2045});
}

// Pods a, b and c, of which c has the target template.
using Three = std::map<char, Seen>;
using EditOfThree = std::function<void(Three&)>;

struct OrderRow {
  std::string id;
  EditOfThree edit;
  std::string want;
};

EditOfThree Of(char name, const Edit& edit) {
  return [=](Three& pods) { edit(pods[name]); };
}
EditOfThree Created(char name, int64_t second) {
  return Of(name, [=](Seen& it) { it.pod.meta.creation_timestamp = {second}; });
}
EditOfThree Zone(char name, std::string_view zone) {
  return Of(name, [=](Seen& it) { it.standing.zone = zone; });
}
EditOfThree OnNodeOf(char name, char other) {
  return [=](Three& pods) { pods[name].pod.node_name = pods[other].pod.node_name; };
}
EditOfThree WithoutNode(char name) {
  return Of(name, [](Seen& it) { it.pod.node_name = {}; });
}
EditOfThree Unavailable(char name) {
  return Of(name, [](Seen& it) { it.standing.available = false; });
}
// Of a rollout that was given up.
EditOfThree GivenUp(char name) {
  return Of(name, [](Seen& it) { it.standing.of_host = false; });
}
void CInFlight(Three& pods) { InFlight(pods['c']); }

TEST_CASE("the order of candidates (P-032)") {
  const OrderRow row = GENERATE(values<OrderRow>({
      {"P-032 by name in the end", kNothing, "ab"},
      {"P-032 oldest first", Created('a', 401), "ba"},
      {"P-032 where less is in flight", All(Created('b', 401), OnNodeOf('c', 'a'), CInFlight),
       "ba"},
      {"P-032 where less is in flight in the zone",
       All(Created('b', 401), Zone('a', "z1"), Zone('c', "z1"), Zone('b', "z2"), CInFlight), "ba"},
      {"P-032 in the zone what is done is not in flight", All(Zone('a', "z1"), Zone('c', "z1")),
       "ab"},
      {"P-032 nodes without a zone are one of their own",
       All(Zone('b', "z1"), Created('b', 401), Zone('a', ""), Zone('c', ""), CInFlight), "ba"},
      // The node has moved to another zone.
      {"P-032 on the node before in the zone",
       All(OnNodeOf('a', 'c'), Zone('a', "z1"), Zone('b', "z2"), Zone('c', "z2"), Created('b', 401),
           CInFlight),
       "ba"},
      {"P-032 where the image is before the zone",
       All(OnNodeOf('a', 'c'), Zone('b', "z2"), Created('b', 399)), "ab"},
      {"P-032 what is unscheduled is in no zone",
       All(WithoutNode('c'), CInFlight, Zone('b', "z1"), Created('a', 399)), "ab"},
      {"P-032 where the image is", All(Created('b', 401), OnNodeOf('c', 'b')), "ba"},
      {"P-032 what is in flight itself, it is not there for",
       All(OnNodeOf('b', 'c'), OnNodeOf('a', 'c'), CInFlight), "ab"},
      {"P-032 unavailable before the image's node", All(Unavailable('b'), OnNodeOf('c', 'a')),
       "ba"},
      {"P-032 of a rollout that was given up before the image's node",
       All(GivenUp('b'), OnNodeOf('c', 'a')), "ba"},
      {"P-032 unavailable before those of a rollout that was given up",
       All(GivenUp('a'), Unavailable('b')), "ba"},
      {"P-032 unscheduled before unavailable",
       All(Unavailable('a'), Unavailable('b'), WithoutNode('b')), "ba"},
      {"P-039 on a lost node, last",
       All(Unavailable('a'), Of('a', [](Seen& it) { it.standing.exempt = true; })), "ba"},
      {"P-032 what is unscheduled is nobody's neighbour",
       All(WithoutNode('a'), WithoutNode('b'), WithoutNode('c'), Created('b', 399)), "ba"},
  }));
  CAPTURE(row.id);

  Three pods{{'a', Make("a")}, {'b', Make("b")}, {'c', Make("c")}};
  pods['c'].standing.updated = true;
  row.edit(pods);
  CHECK(Choose({pods['c'], pods['b'], pods['a']}).names == row.want);
}

}  // namespace
}  // namespace windlass::in_place::candidates_test
