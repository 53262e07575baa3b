// Which Pods may be patched, and which comes first: P-031, P-032, P-037, P-042.
#include "controller/in_place/batch/candidates.h"

#include <functional>

#include "test/catch.h"
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
  std::vector<const Pod*> pods;
  std::vector<PodStanding> standings;
  for (const Seen& one : seen) {
    pods.push_back(&one.pod);
    standings.push_back(one.standing);
    standings.back().node = one.pod.node_name.text();
  }
  const Candidates candidates = CandidatesOf(pods, standings, now);
  Chosen chosen{.names = {}, .look_again = candidates.look_again};
  for (const size_t i : candidates.order) chosen.names += pods[i]->meta.name;
  return chosen;
}

// Makes the Pod one that was scheduled at 1990 and has no container yet.
void Fresh(Seen& seen) {
  seen.pod.phase = PodPhase::kPending;
  seen.pod.ready = {};
  seen.pod.scheduled = {ConditionStatus::kTrue, {1990}};
  seen.standing.available = false;
  PodContainer& app = seen.pod.containers[0];
  app.id = {};
  app.state = ContainerState::kWaiting;
  app.waiting_reason = "ContainerCreating";
}

struct Row {
  std::string id;
  std::function<void(Seen&)> edit;
  bool want;
  std::optional<WallTime> want_look_again{};
};

TEST_CASE(
    "candidates are active Pods of the host that are not of the target (P-031, P-037, P-042)") {
  const Row row = GENERATE(values<Row>({
      {"P-031 available", [](Seen&) {}, true},
      {"P-031 of the target", [](Seen& it) { it.standing.updated = true; }, false},
      {"P-031 of the pending ReplicaSet", [](Seen& it) { it.standing.stand_in = true; }, false},
      {"P-031 deleting", [](Seen& it) { it.pod.meta.deletion_timestamp = {1900}; }, false},
      {"P-031 ended", [](Seen& it) { it.pod.phase = PodPhase::kFailed; }, false},
      {"P-034 in flight to another target", [](Seen& it) { it.standing.in_flight = true; }, true},

      {"P-037 not created yet", &Fresh, false, WallTime{2050}},
      {"P-037 nobody said when it was scheduled",
       [](Seen& it) {
         Fresh(it);
         it.pod.scheduled = {};
         it.pod.meta.creation_timestamp = {1980};
       },
       false, WallTime{2040}},
      {"P-037 its status is still empty",
       [](Seen& it) {
         Fresh(it);
         it.pod.containers[0].state = ContainerState::kNoStatus;
         it.pod.containers[0].waiting_reason = {};
       },
       false, WallTime{2050}},
      {"P-037 for a minute",
       [](Seen& it) {
         Fresh(it);
         it.pod.scheduled = {ConditionStatus::kTrue, {1940}};
       },
       true},
      {"P-037 and a second less",
       [](Seen& it) {
         Fresh(it);
         it.pod.scheduled = {ConditionStatus::kTrue, {1941}};
       },
       false, WallTime{2001}},
      {"P-037 it fails",
       [](Seen& it) {
         Fresh(it);
         it.pod.containers[0].waiting_reason = "ImagePullBackOff";
       },
       true},
      {"P-037 an init container fails",
       [](Seen& it) {
         Fresh(it);
         it.pod.containers[0].waiting_reason = "PodInitializing";
         it.pod.containers.insert(it.pod.containers.begin(), it.pod.containers[0]);
         it.pod.containers[0].kind = ContainerKind::kInit;
         it.pod.containers[0].id = Id(IdText('C'));
         it.pod.containers[0].waiting_reason = "CrashLoopBackOff";
       },
       true},
      {"P-037 an init container is at work",
       [](Seen& it) {
         Fresh(it);
         it.pod.containers[0].waiting_reason = "PodInitializing";
         it.pod.containers.insert(it.pod.containers.begin(),
                                  Running("setup", "r/setup:1", 'C', "S1", {1995}));
         it.pod.containers[0].kind = ContainerKind::kInit;
       },
       false, WallTime{2050}},
      {"P-037 one of its containers was created",
       [](Seen& it) {
         Fresh(it);
         it.pod.containers.push_back(Running("log", "r/log:1", 'C', "L1", {1995}));
       },
       true},
      {"P-034 P-037 a new target does not change that",
       [](Seen& it) {
         Fresh(it);
         it.standing.in_flight = true;
       },
       false, WallTime{2050}},
      {"P-032 not scheduled: nobody knows its image yet",
       [](Seen& it) {
         Fresh(it);
         it.pod.node_name = {};
         it.pod.scheduled = {ConditionStatus::kFalse, {1990}};
         it.pod.containers[0].state = ContainerState::kNoStatus;
       },
       true},

      {"P-042 it runs, and nobody knows what",
       [](Seen& it) {
         it.pod.containers[0] = {};
         it.pod.containers[0].name = "app";
       },
       false},
      {"P-042 not even after a minute, and in flight",
       [](Seen& it) {
         it.pod.containers[0] = {};
         it.standing.in_flight = true;
       },
       false},
      {"P-042 of one container it is known",
       [](Seen& it) { it.pod.containers.emplace_back().name = "log"; }, true},
      {"P-042 it does not run",
       [](Seen& it) {
         it.pod.phase = PodPhase::kPending;
         it.pod.containers[0] = {};
       },
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

struct OrderRow {
  std::string id;
  std::function<void(Seen& a, Seen& b, Seen& c)> edit;  // c has the target template
  std::string want;
};

TEST_CASE("the order of candidates (P-032)") {
  const OrderRow row = GENERATE(values<OrderRow>({
      {"P-032 by name in the end", [](Seen&, Seen&, Seen&) {}, "ab"},
      {"P-032 oldest first", [](Seen& a, Seen&, Seen&) { a.pod.meta.creation_timestamp = {401}; },
       "ba"},
      {"P-032 where less is in flight",
       [](Seen& a, Seen& b, Seen& c) {
         b.pod.meta.creation_timestamp = {401};
         c.pod.node_name = a.pod.node_name;
         c.standing.in_flight = true;
       },
       "ba"},
      {"P-032 where less is in flight in the zone",
       [](Seen& a, Seen& b, Seen& c) {
         b.pod.meta.creation_timestamp = {401};
         a.standing.zone = c.standing.zone = "z1";
         b.standing.zone = "z2";
         c.standing.in_flight = true;
       },
       "ba"},
      {"P-032 in the zone what is done is not in flight",
       [](Seen& a, Seen&, Seen& c) { a.standing.zone = c.standing.zone = "z1"; }, "ab"},
      {"P-032 nodes without a zone are one of their own",
       [](Seen& a, Seen& b, Seen& c) {
         b.standing.zone = "z1";
         b.pod.meta.creation_timestamp = {401};
         a.standing.zone = c.standing.zone = "";
         c.standing.in_flight = true;
       },
       "ba"},
      {"P-032 on the node before in the zone",
       [](Seen& a, Seen& b, Seen& c) {
         a.pod.node_name = c.pod.node_name;
         a.standing.zone = "z1";
         b.standing.zone = c.standing.zone = "z2";  // the node has moved to another zone
         b.pod.meta.creation_timestamp = {401};
         c.standing.in_flight = true;
       },
       "ba"},
      {"P-032 where the image is before the zone",
       [](Seen& a, Seen& b, Seen& c) {
         a.pod.node_name = c.pod.node_name;
         b.standing.zone = "z2";
         b.pod.meta.creation_timestamp = {399};
       },
       "ab"},
      {"P-032 what is unscheduled is in no zone",
       [](Seen& a, Seen& b, Seen& c) {
         c.pod.node_name = {};
         c.standing.in_flight = true;
         b.standing.zone = "z1";
         a.pod.meta.creation_timestamp = {399};
       },
       "ab"},
      {"P-032 where the image is",
       [](Seen&, Seen& b, Seen& c) {
         b.pod.meta.creation_timestamp = {401};
         c.pod.node_name = b.pod.node_name;
       },
       "ba"},
      {"P-032 what is in flight itself, it is not there for",
       [](Seen& a, Seen& b, Seen& c) {
         a.pod.node_name = b.pod.node_name = c.pod.node_name;
         c.standing.in_flight = true;
       },
       "ab"},
      {"P-032 unavailable before the image's node",
       [](Seen& a, Seen& b, Seen& c) {
         b.standing.available = false;
         c.pod.node_name = a.pod.node_name;
       },
       "ba"},
      {"P-032 of a rollout that was given up before the image's node",
       [](Seen& a, Seen& b, Seen& c) {
         b.standing.of_host = false;
         c.pod.node_name = a.pod.node_name;
       },
       "ba"},
      {"P-032 unavailable before those of a rollout that was given up",
       [](Seen& a, Seen& b, Seen&) {
         a.standing.of_host = false;
         b.standing.available = false;
       },
       "ba"},
      {"P-032 unscheduled before unavailable",
       [](Seen& a, Seen& b, Seen&) {
         a.standing.available = b.standing.available = false;
         b.pod.node_name = {};
       },
       "ba"},
      {"P-039 on a lost node, last",
       [](Seen& a, Seen&, Seen&) {
         a.standing.available = false;
         a.standing.exempt = true;
       },
       "ba"},
      {"P-032 what is unscheduled is nobody's neighbour",
       [](Seen& a, Seen& b, Seen& c) {
         for (Seen* one : {&a, &b, &c}) one->pod.node_name = {};
         b.pod.meta.creation_timestamp = {399};
       },
       "ba"},
  }));
  CAPTURE(row.id);

  std::vector<Seen> seen{Make("c"), Make("b"), Make("a")};
  seen[0].standing.updated = true;
  row.edit(seen[2], seen[1], seen[0]);
  CHECK(Choose(seen).names == row.want);
}

}  // namespace
}  // namespace windlass::in_place::candidates_test
