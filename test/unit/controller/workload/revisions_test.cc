#include "controller/workload/revisions/revisions.h"

#include <string>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "kubeclient/api/fingerprint_text.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/boats.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::revisions_test {
namespace {

using ReplicaSets = std::vector<const ReplicaSet*>;

// Adds a ReplicaSet with these annotations; "-" for none.
ReplicaSet* Add(World& world, const std::string& revision, const std::string& history) {
  ReplicaSet& rs = world.AddOld("web-" + revision, 0, 0);
  world.SetAnnotation(rs, kRevision, revision);
  if (revision == "-") rs.meta.annotations.Erase(kRevision);
  if (history != "-") world.SetAnnotation(rs, kRevisionHistory, history);
  return &rs;
}

TEST_CASE("the history annotation has the former revisions") {
  struct Row {
    std::string history;
    int64_t revision;
    bool want;
  };
  const Row row = GENERATE(values<Row>({
      {"1,4,12", 1, true},
      {"1,4,12", 4, true},
      {"1,4,12", 12, true},
      {"1,4,12", 2, false},
      {"12", 1, false},
      {"abc,3", 3, true},
      {",,", 0, false},
      {"", 0, false},
      {"-", 1, false},
  }));
  CAPTURE(row.history, row.revision);
  World world(1);
  CHECK(HadRevision(*Add(world, "20", row.history), row.revision) == row.want);
}

// The Rollout was restored before the ReplicaSet of its stable revision: the one that it made first
// had that number, too.
TEST_CASE("the ReplicaSet that was complete as a revision comes before all (RO-138)") {
  World world(1);
  ReplicaSet& made = *Add(world, "2", "1");
  ReplicaSet& complete = *Add(world, "3", "1");
  const ReplicaSets all = {&made, &complete};
  CHECK(FindKept(all, 1) == &made);
  world.NoteComplete(complete, 1);
  CHECK(FindKept(all, 1) == &complete);
  CHECK(FindKept(all, 2) == &made);
  CHECK(FindKept(all, 3) == &complete);
  CHECK(FindKept(all, 4) == nullptr);
  CHECK(FindKept(all, 0) == nullptr);
  Proves("RO-138");
}

// Whom this serves: whoever approves a canary where a tool drops annotations. The canary is given
// the number of the stable revision then, which approves it to nobody.
TEST_CASE("the kept revision is known by name where no annotation tells (RO-136)") {
  Harbour harbour;
  ReplicaSet& stable = *Add(harbour.world, "-", "-");
  ReplicaSet& canary = *Add(harbour.world, "1", "-");
  const ReplicaSets all = {&stable, &canary};
  Workload boat = harbour.Boat();
  CHECK(FindStable(boat, all) == nullptr);
  boat.kept_revision = 1;
  CHECK(FindStable(boat, all) == &canary);
  boat.kept_name = stable.meta.name;
  CHECK(FindStable(boat, all) == &stable);
  CHECK(FindKept(boat, all, 2) == nullptr);
  SECTION("not what has another number now, as while templates are exchanged") {
    harbour.world.SetAnnotation(stable, kRevision, "2");
  }
  SECTION("nor what had others") { harbour.world.SetAnnotation(stable, kRevisionHistory, "3"); }
  SECTION("nor beside one that is noted") { harbour.world.NoteComplete(canary, 1); }
  CHECK(FindStable(boat, all) == &canary);
}

// Whom this serves: whoever aborts after a tool wrote over both annotations of the stable
// ReplicaSet. Before, the abort said that the ReplicaSet did not exist any more.
TEST_CASE("the kept revision is found although its number and its note are spoilt (RO-136)") {
  Harbour harbour;
  const std::string number = GENERATE("spoilt", "0", "4611686018427387903");
  CAPTURE(number);
  const bool is_number = number.size() > 6;
  ReplicaSet& stable = *Add(harbour.world, "-", "3");
  ReplicaSet& canary = *Add(harbour.world, "2", "-");
  const ReplicaSets all = {&canary, &stable};
  harbour.world.SetAnnotation(stable, kRevision, number);
  harbour.world.SetAnnotation(stable, kComplete, "spoilt");
  Workload boat = harbour.Boat();
  boat.kept_revision = 1;
  CHECK(FindStable(boat, all) == nullptr);
  boat.kept_template = "t-0123456789abcdef0123456789abcdef";
  CHECK(FindStable(boat, all) == nullptr);
  SECTION("by its template, as the user asked for it") {
    harbour.world.SetAnnotation(stable, kRequestedTemplate, std::string(boat.kept_template));
    CHECK(FindStable(boat, all) == &stable);
    CHECK(FindKept(boat, all, 7) == nullptr);
  }
  SECTION("by its template with all defaults") {
    const std::string text = windlass::TextOf(stable.template_fingerprint);
    canary.template_fingerprint = {0, 777};
    boat.kept_template = text;
    CHECK(FindStable(boat, all) == &stable);
  }
  SECTION("by its name, unless it has another number, as after an exchange of templates") {
    boat.kept_name = stable.meta.name;
    CHECK(FindStable(boat, all) == (is_number ? nullptr : &stable));
    harbour.world.NoteComplete(stable, 5);
    CHECK(FindStable(boat, all) == nullptr);
  }
  SECTION("the name decides between two with the template") {
    harbour.world.SetAnnotation(stable, kRequestedTemplate, std::string(boat.kept_template));
    harbour.world.SetAnnotation(canary, kRequestedTemplate, std::string(boat.kept_template));
    CHECK(FindStable(boat, all) == &canary);
    boat.kept_name = stable.meta.name;
    CHECK(FindStable(boat, all) == &stable);
  }
  SECTION("not before one that has the number") {
    harbour.world.SetAnnotation(stable, kRequestedTemplate, std::string(boat.kept_template));
    harbour.world.SetAnnotation(canary, kRevision, "1");
    CHECK(FindStable(boat, all) == &canary);
  }
  Proves("RO-136");
}

// The number that the status tells for the ReplicaSet that it names: neither an autoscaler's edits
// nor another template's promotion give it another one.
TEST_CASE("a dropped number is remembered by the name of its ReplicaSet (RO-136)") {
  Harbour harbour;
  harbour.kind.own_traits.keeps_stable_revision = true;
  harbour.revision = "5";
  ReplicaSet& rs = harbour.world.AddNew("web-new", 2, 2);
  rs.meta.annotations.Erase(kRevision);
  Workload boat = harbour.Boat();
  boat.kept_revision = 3;
  CHECK(NumberOf(boat, rs) == 0);
  CHECK_FALSE(IsPublished(boat, rs));
  boat.kept_name = rs.meta.name;
  CHECK(NumberOf(boat, rs) == 3);
  boat.published_name = rs.meta.name;
  CHECK(NumberText(boat, rs) == "5");
  CHECK(IsPublished(boat, rs));
  harbour.world.SetAnnotation(rs, kRevision, "7");
  CHECK(NumberOf(boat, rs) == 7);
  Proves("RO-136");
}

TEST_CASE("a kind that publishes numbers publishes 007 as 7 (RO-085)") {
  Harbour harbour;
  const auto [number, revision, published] = GENERATE(table<bool, std::string, std::string>(
      {{true, "007", "7"}, {true, "seven", ""}, {false, "007", "007"}, {false, "seven", "seven"}}));
  CAPTURE(number, revision);
  harbour.kind.own_traits.publishes_numbers = number;
  harbour.revision = published;
  CHECK(IsPublished(harbour.Boat(), revision));
  harbour.revision = number ? revision : "7";
  CHECK_FALSE(IsPublished(harbour.Boat(), revision));
  Proves("RO-085");
}

TEST_CASE("the published revision is that of the ReplicaSet that the status names (RO-155)") {
  Harbour harbour;
  harbour.revision = "5";
  ReplicaSet& first = *Add(harbour.world, "5", "-");
  ReplicaSet& second = *Add(harbour.world, "5", "-");
  second.meta.name = "web-5-again";
  ReplicaSet& former = *Add(harbour.world, "7", "5");
  const ReplicaSets all = {&former, &first, &second};
  Workload boat = harbour.Boat();
  CHECK(FindPublished(boat, all) == &first);
  boat.published_name = second.meta.name;
  CHECK(FindPublished(boat, all) == &second);
  boat.published_name = first.meta.name;
  harbour.world.SetAnnotation(first, kRevision, "five");
  CHECK(FindPublished(boat, all) == &second);
  harbour.world.SetAnnotation(second, kRevision, "4");
  CHECK(FindPublished(boat, all) == &first);
  harbour.world.SetAnnotation(first, kRevision, "6");
  CHECK(FindPublished(boat, all) == &former);
  boat.revision = "";
  CHECK(FindPublished(boat, all) == nullptr);
  Proves("RO-155");
}

TEST_CASE("the present number comes before former ones") {
  World world(1);
  const ReplicaSet* renumbered = Add(world, "4", "1,2");
  const ReplicaSet* second = Add(world, "2", "-");
  const ReplicaSet* unnumbered = Add(world, "-", "0");
  const ReplicaSets all = {renumbered, second, unnumbered};
  CHECK(FindRevision(all, 1) == nullptr);
  CHECK(FindRevision(all, 2) == second);
  CHECK(FindRevisionOrFormer(all, 1) == renumbered);
  CHECK(FindRevisionOrFormer(all, 2) == second);
  CHECK(FindRevisionOrFormer(all, 4) == renumbered);
  CHECK(FindRevisionOrFormer(all, 3) == nullptr);
  CHECK(FindRevisionOrFormer(all, 0) == nullptr);
  CHECK(FindRevisionOrFormer(all, -1) == nullptr);
}

TEST_CASE("revisions are named in order, and not too many of them") {
  World world(1);
  ReplicaSets all = {Add(world, "-", "-"), Add(world, "abc", "-")};
  CHECK(NameRevisions(all) == "no revision");
  all.push_back(Add(world, "4", "1"));
  CHECK(NameRevisions(all) == "revision 4");
  all.push_back(Add(world, "2", "-"));
  CHECK(NameRevisions(all) == "revisions 2 and 4");
  all.push_back(Add(world, "10", "-"));
  CHECK(NameRevisions(all) == "revisions 2, 4 and 10");
  for (int revision = 11; revision <= 28; ++revision) {
    all.push_back(Add(world, std::to_string(revision), "-"));
  }
  const std::string text = NameRevisions(all);  // of 21 the highest 20
  CHECK(text.starts_with("revisions 4, 10, 11, "));
  CHECK(text.ends_with(", 27 and 28, and lower ones"));
}

}  // namespace
}  // namespace windlass::workload::revisions_test
