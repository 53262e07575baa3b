#include "controller/workload/ownership/claim.h"

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::claim_test {
namespace {

enum class Owner { kUs, kSomebodyElse, kNobody, kUsWithoutControl };
enum class Verdict { kOurs, kToAdopt, kToRelease, kIgnored };

struct Row {
  std::string id;
  Owner owner;
  bool labels_match;
  bool rs_deleting;
  bool deployment_deleting;
  Verdict want;
};

std::vector<OwnerReference> References(Owner owner) {
  switch (owner) {
    case Owner::kUs:
      return {{"apps/v1", "StatefulSet", "x", UidOf(7), false, false},
              {"apps/v1", "Deployment", "web", UidOf(1), true, true}};
    case Owner::kSomebodyElse: return {{"apps/v1", "Deployment", "web", UidOf(99), true, true}};
    case Owner::kUsWithoutControl:
      return {{"apps/v1", "Deployment", "web", UidOf(1), false, false}};
    case Owner::kNobody: break;
  }
  return {};
}

TEST_CASE("a ReplicaSet is claimed by uid, adopted by labels, released without them") {
  const Row row = GENERATE(values<Row>({
      {"D-100.1 D-101 our name, other uid", Owner::kSomebodyElse, true, false, false,
       Verdict::kIgnored},
      {"D-100.2", Owner::kUs, true, false, false, Verdict::kOurs},
      {"D-100.2 both being deleted", Owner::kUs, true, true, true, Verdict::kOurs},
      {"D-100.3", Owner::kUs, false, false, false, Verdict::kToRelease},
      {"D-100.3 while being deleted", Owner::kUs, false, false, true, Verdict::kIgnored},
      {"D-100.4", Owner::kNobody, true, false, false, Verdict::kToAdopt},
      {"D-102 a reference without control", Owner::kUsWithoutControl, true, false, false,
       Verdict::kToAdopt},
      {"D-100.4 other labels", Owner::kNobody, false, false, false, Verdict::kIgnored},
      {"D-100.4 the orphan goes", Owner::kNobody, true, true, false, Verdict::kIgnored},
      {"D-100.4 we go", Owner::kNobody, true, false, true, Verdict::kIgnored},
  }));
  CAPTURE(row.id);
  World world(1);
  ReplicaSet& rs = world.AddNew("web-1", 1, 1);
  rs.meta.owner_references = References(row.owner);
  if (!row.labels_match) rs.meta.labels = {{"app", "edited"}};
  if (row.rs_deleting) rs.meta.deletion_timestamp = kNow;
  if (row.deployment_deleting) world.deployment.meta.deletion_timestamp = kNow;

  const Claims claims = ClaimReplicaSets(world.view());
  CHECK(claims.ours.size() == (row.want == Verdict::kOurs ? 1 : 0));
  CHECK(claims.to_adopt.size() == (row.want == Verdict::kToAdopt ? 1 : 0));
  CHECK(claims.to_release.size() == (row.want == Verdict::kToRelease ? 1 : 0));
  Proves(row.id);
  Proves("UT-05");
}

TEST_CASE("claimed ReplicaSets are in order of creation, then name (D-150, BI-52)") {
  World world(1);
  world.AddOld("web-c", 0, 0).meta.creation_timestamp = {500};
  world.AddOld("web-b", 0, 0).meta.creation_timestamp = {};
  world.AddOld("web-a", 0, 0).meta.creation_timestamp = {500};
  std::string names;
  for (const ReplicaSet* rs : ClaimReplicaSets(world.view()).ours) names += rs->meta.name + " ";
  CHECK(names == "web-b web-a web-c ");
  Proves("D-150");
}

}  // namespace
}  // namespace windlass::workload::claim_test
