// What the store makes of events, folds and relists, as scripts. A script is a list of
//
//   apply a#1@5     ADDED or MODIFIED          fold a#1@5     the reply to a write
//   gone a#1@6      DELETED                    deleted a#1    our DELETE succeeded
//   relist@9 a#1@5 b#2@7                       a list at resourceVersion 9
//
// and what handlers were told is written as
//
//   +a#1@5  added      a#1@5>6  changed      -a#1@5  deleted      ?a#1@5  deleted, unseen
//
// with "=dup" and "=stale" where an event changed nothing.
#include "kubeclient/cache/store.h"

#include <sstream>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/support/replace_all.h"
#include "test/unit/cache/thing.h"

namespace windlass::store_test {
namespace {

class Scripted {
 public:
  Scripted() {
    store.OnChange([this](const Change<Thing>& change) { Tell(change); });
  }

  void Run(const std::string& script) {
    std::istringstream lines(script);
    for (std::string line; std::getline(lines, line, ';');) {
      std::istringstream words(line);
      std::string verb;
      words >> verb;
      RunOne(verb, words);
    }
  }

  std::string content() const {
    std::string text;
    store.ForEach([&text](const Thing& thing) { Append(text, Spell(thing)); });
    return text;
  }

  Store<Thing> store;
  std::string told;

 private:
  static void Append(std::string& text, const std::string& word) {
    text += (text.empty() ? "" : " ") + word;
  }

  void RunOne(const std::string& verb, std::istringstream& words) {
    std::vector<Thing> things;
    for (std::string word; words >> word;) things.push_back(ParseThing(word));
    if (verb == "apply") return Note(store.Apply(things.at(0)));
    if (verb == "fold") return Note(store.Fold(things.at(0)));
    if (verb.starts_with("relist@")) return ReplaceAll(store, ListingOf(things), {verb.substr(7)});
    const ObjectMeta& meta = things.at(0).meta;
    if (verb == "deleted") return store.FoldDelete(KeyOf(meta), meta.uid);
    REQUIRE(verb == "gone");
    Note(store.ApplyDelete(KeyOf(meta), meta.uid, meta.resource_version));
  }

  void Note(Applied applied) {
    if (applied == Applied::kDuplicate) Append(told, "=dup");
    if (applied == Applied::kStale) Append(told, "=stale");
  }

  void Tell(const Change<Thing>& change) {
    if (change.old_object == nullptr) {
      Append(told, "+" + Spell(*change.new_object));
    } else if (change.new_object == nullptr) {
      Append(told, (change.final_state_unknown ? "?" : "-") + Spell(*change.old_object));
    } else {
      Append(told, Spell(*change.old_object) + ">" + change.new_object->meta.resource_version.text);
    }
  }
};

struct Row {
  std::string id;
  std::string script;
  std::string told;
  std::string content;
  size_t tombstones = 0;
};

void CheckRow(const Row& row) {
  CAPTURE(row.id, row.script);
  Scripted scripted;
  scripted.Run(row.script);
  CHECK(scripted.told == row.told);
  CHECK(scripted.content() == row.content);
  CHECK(scripted.store.tombstones() == row.tombstones);
}

TEST_CASE("a store follows the watch (R-034, R-035, R-036)") {
  CheckRow(GENERATE(values<Row>({
      {"added", "apply a#1@5", "+a#1@5", "a#1@5"},
      {"changed", "apply a#1@5; apply a#1@7", "+a#1@5 a#1@5>7", "a#1@7"},
      {"deleted", "apply a#1@5; gone a#1@8", "+a#1@5 -a#1@5", ""},
      {"R-033 the same event twice", "apply a#1@5; apply a#1@5", "+a#1@5 =dup", "a#1@5"},
      {"R-033 a deletion twice", "apply a#1@5; gone a#1@8; gone a#1@8", "+a#1@5 -a#1@5 =dup", ""},
      {"R-034 older", "apply a#1@9; apply a#1@5", "+a#1@9 =stale", "a#1@9"},
      {"R-034 longer is newer", "apply a#1@9; apply a#1@10", "+a#1@9 a#1@9>10", "a#1@10"},
      {"R-034 not comparable: as it comes", "apply a#1@x9; apply a#1@x5", "+a#1@x9 a#1@x9>x5",
       "a#1@x5"},
      {"R-034 deleted meanwhile", "apply a#1@5; gone a#1@8; apply a#1@6", "+a#1@5 -a#1@5 =stale",
       ""},
      {"R-035 a successor", "apply a#1@5; apply a#2@7", "+a#1@5 ?a#1@5 +a#2@7", "a#2@7"},
      {"R-035 a predecessor", "apply a#2@7; apply a#1@5", "+a#2@7 =stale", "a#2@7"},
      {"R-035 not comparable", "apply a#1@x; apply a#2@y", "+a#1@x ?a#1@x +a#2@y", "a#2@y"},
      {"R-036 deletion of a predecessor", "apply a#2@7; gone a#1@6", "+a#2@7 =stale", "a#2@7"},
      {"R-036 deletion of an unseen successor", "apply a#1@5; gone a#2@9", "+a#1@5 ?a#1@5", ""},
      {"R-036 deletion of another, not comparable", "apply a#1@5; gone a#2@x", "+a#1@5 =stale",
       "a#1@5"},
      {"deletion of nothing", "gone a#1@6", "=dup", ""},
  })));
  Proves("D-788");
}

// S-015.
TEST_CASE("the fold is the ledger (S-015)") {
  CheckRow(GENERATE(values<Row>({
      {"a reply shows at once", "apply a#1@5; fold a#1@7", "+a#1@5 a#1@5>7", "a#1@7"},
      {"its event brings nothing", "fold a#1@7; apply a#1@7", "+a#1@7 =dup", "a#1@7"},
      {"an older event is ignored", "fold a#1@7; apply a#1@6", "+a#1@7 =stale", "a#1@7"},
      {"a newer event counts", "fold a#1@7; apply a#1@8", "+a#1@7 a#1@7>8", "a#1@8"},
      {"the event was faster", "apply a#1@7; fold a#1@7", "+a#1@7 =dup", "a#1@7"},
      {"a later event was faster", "apply a#1@8; fold a#1@7", "+a#1@8 =stale", "a#1@8"},
      {"replies out of order", "fold a#1@8; fold a#1@7", "+a#1@8 =stale", "a#1@8"},
      {"the object is gone already", "apply a#1@5; gone a#1@8; fold a#1@7", "+a#1@5 -a#1@5 =stale",
       ""},
      {"the list had not got it any more", "relist@9 b#2@4; fold a#1@7", "+b#2@4 =stale", "b#2@4"},
      {"its event has passed, and so has the object", "apply b#2@7; fold a#1@7", "+b#2@7 =stale",
       "b#2@7"},
      {"created after what the watch told", "apply b#2@6; fold a#1@7", "+b#2@6 +a#1@7",
       "a#1@7 b#2@6"},
      {"not comparable: as it comes", "apply b#2@x; fold a#1@x", "+b#2@x +a#1@x", "a#1@x b#2@x"},
      {"the watch's last word counts, even below a fold", "fold a#1@9; gone a#1@8", "+a#1@9 -a#1@9",
       ""},
  })));
  Proves("W-10");
}

TEST_CASE("what we deleted stays deleted (S-015)") {
  CheckRow(GENERATE(values<Row>({
      {"at once", "apply a#1@5; deleted a#1", "+a#1@5 -a#1@5", "", 1},
      {"until the watch confirms it", "apply a#1@5; deleted a#1; gone a#1@8", "+a#1@5 -a#1@5 =dup",
       "", 0},
      {"an event cannot bring it back", "apply a#1@5; deleted a#1; apply a#1@7",
       "+a#1@5 -a#1@5 =stale", "", 1},
      {"nor a reply", "apply a#1@5; deleted a#1; fold a#1@7", "+a#1@5 -a#1@5 =stale", "", 1},
      {"nor a list that has it", "apply a#1@5; deleted a#1; relist@7 a#1@6", "+a#1@5 -a#1@5", "",
       1},
      {"a list that lacks it confirms", "apply a#1@5; deleted a#1; relist@8", "+a#1@5 -a#1@5", "",
       0},
      {"also one of exactly its version", "apply a#1@5; deleted a#1; relist@5", "+a#1@5 -a#1@5", "",
       0},
      {"unless it is older than the object: creation and deletion are still to come",
       "fold a#1@7; deleted a#1; relist@6; apply a#1@7; gone a#1@8", "+a#1@7 -a#1@7 =stale =dup",
       "", 0},
      {"a list of that kind confirms nothing", "fold a#1@7; deleted a#1; relist@6", "+a#1@7 -a#1@7",
       "", 1},
      {"a successor may come", "apply a#1@5; deleted a#1; apply a#2@9", "+a#1@5 -a#1@5 +a#2@9",
       "a#2@9", 0},
      {"also by a reply", "apply a#1@5; deleted a#1; fold a#2@9; gone a#1@8",
       "+a#1@5 -a#1@5 +a#2@9 =stale", "a#2@9", 0},
      {"the end of a successor confirms, too", "apply a#1@5; deleted a#1; gone a#2@9",
       "+a#1@5 -a#1@5 =dup", "", 0},
      {"the reply came after the event: nothing to confirm", "apply a#1@5; gone a#1@8; deleted a#1",
       "+a#1@5 -a#1@5", "", 0},
      {"only the uid meant", "apply a#2@9; deleted a#1", "+a#2@9", "a#2@9", 0},
      {"what had its name before stays gone, too",
       "apply a#1@5; fold a#2@9; deleted a#2; apply a#1@7", "+a#1@5 ?a#1@5 +a#2@9 -a#2@9 =stale",
       "", 1},
      {"also in a list", "apply a#1@5; fold a#2@9; deleted a#2; relist@7 a#1@6",
       "+a#1@5 ?a#1@5 +a#2@9 -a#2@9", "", 1},
      {"until the watch has told of both",
       "apply a#1@5; fold a#2@9; deleted a#2; gone a#1@8; apply a#2@9; gone a#2@10",
       "+a#1@5 ?a#1@5 +a#2@9 -a#2@9 =dup =stale =dup", "", 0},
  })));
}

TEST_CASE("a relist never undoes what is newer than it (S-015)") {
  CheckRow(GENERATE(values<Row>({
      {"R-038 vanished", "apply a#1@5; relist@9", "+a#1@5 ?a#1@5", ""},
      {"R-006 deletes, then the rest in order", "apply a#1@5; apply b#2@6; relist@9 c#3@7 b#2@8",
       "+a#1@5 +b#2@6 ?a#1@5 b#2@6>8 +c#3@7", "b#2@8 c#3@7"},
      {"R-016 unchanged", "apply a#1@5; relist@9 a#1@5", "+a#1@5", "a#1@5"},
      {"R-005 an item newer than its list", "relist@5 a#1@7", "+a#1@7", "a#1@7"},
      {"R-035 a successor", "apply a#1@5; relist@9 a#2@8", "+a#1@5 ?a#1@5 +a#2@8", "a#2@8"},
      {"a creation newer than the list", "fold a#1@9; relist@8", "+a#1@9", "a#1@9"},
      {"a change newer than the list", "apply a#1@5; fold a#1@9; relist@8 a#1@5", "+a#1@5 a#1@5>9",
       "a#1@9"},
      {"a successor newer than the list", "fold a#2@9; relist@8 a#1@5", "+a#2@9", "a#2@9"},
      {"a successor newer than its own list is left to the watch", "fold a#1@9; relist@8 a#2@10",
       "+a#1@9", "a#1@9"},
      {"a fold the list has overtaken", "fold a#1@7; relist@9", "+a#1@7 ?a#1@7", ""},
      {"not comparable: the list counts", "fold a#1@x; relist@y", "+a#1@x ?a#1@x", ""},
      {"the same key twice: the later counts", "relist@9 a#1@5 a#1@6", "+a#1@6", "a#1@6"},
  })));
}

TEST_CASE("a store counts what it ignored") {
  Scripted scripted;
  scripted.Run("apply a#1@5; apply a#1@5; apply a#1@4; fold a#1@5; gone b#2@6");
  CHECK(scripted.store.duplicates() == 3);
  CHECK(scripted.store.stale() == 1);
}

TEST_CASE("indexes change together with the store, before handlers run (R-040, R-049)") {
  Store<Thing> store;
  const auto owned = [](Thing thing, int owner) {
    OwnerReference reference;
    reference.uid = UidNumber(owner);
    reference.controller = true;
    thing.meta.owner_references = {reference};
    return thing;
  };
  const auto names = [](const std::vector<const Thing*>& things) {
    std::string text;
    for (const Thing* thing : things) text += thing->meta.name;
    return text;
  };
  std::string seen;
  store.OnChange([&](const Change<Thing>& change) {
    const bool there = store.Find(KeyNamed("a")) == change.new_object;
    seen += (there ? "" : "!") + names(store.OwnedBy(UidNumber(90))) + "/" +
            names(store.OrphansIn("ns")) + "/" + names(store.InNamespace("ns")) + " ";
  });

  store.Apply(MakeThing("a", 1, "5"));
  store.Apply(owned(MakeThing("a", 1, "6"), 90));
  store.Apply(owned(MakeThing("a", 1, "7"), 91));
  store.ApplyDelete(KeyNamed("a"), UidNumber(1), {"8"});
  CHECK(seen == "/a/a a//a //a // ");

  ReplaceAll(store, ListingOf({MakeThing("c", 3, "9"), MakeThing("b", 2, "9")}), {"10"});
  CHECK(names(store.OrphansIn("ns")) == "bc");  // in order of key, whatever the allocator does
  CHECK(names(store.InNamespace("elsewhere")).empty());
  Proves("B-21");
}

TEST_CASE("a relist is seen whole by its first handler (R-006)") {
  Store<Thing> store;
  ReplaceAll(store, ListingOf({MakeThing("a", 1, "1"), MakeThing("b", 2, "1")}), {"5"});
  std::vector<std::string> seen;
  store.OnChange([&](const Change<Thing>&) {
    std::string content;
    store.ForEach([&](const Thing& thing) { content += Spell(thing) + " "; });
    seen.push_back(content);
  });
  seen.clear();
  ReplaceAll(store, ListingOf({MakeThing("b", 2, "6"), MakeThing("c", 3, "7")}), {"8"});
  CHECK(seen == std::vector<std::string>(3, "b#2@6 c#3@7 "));
}

TEST_CASE("an object that is listed as it is held is neither told nor held twice (R-016)") {
  Store<Thing> store;
  store.Apply(MakeThing("a", 1, "5"));
  const Thing* held = store.Find(KeyNamed("a"));
  int told = 0;
  store.OnChange([&](const Change<Thing>&) { ++told; });
  CHECK(store.ToList(MakeThing("a", 1, "6")).object != nullptr);
  CHECK(store.ToList(MakeThing("a", 2, "5")).object != nullptr);
  CHECK(store.ToList(MakeThing("b", 1, "5")).object != nullptr);
  Listing<Thing> listing;
  listing.emplace(KeyNamed("a"), store.ToList(MakeThing("a", 1, "5")));
  CHECK(listing.begin()->second.object == nullptr);
  SECTION("as it is") {
    ReplaceAll(store, std::move(listing), {"9"});
    CHECK(store.Find(KeyNamed("a")) == held);
    CHECK(told == 1);  // the late handler's call
  }
  SECTION("a fold came between") {
    store.Fold(MakeThing("a", 1, "12"));
    ReplaceAll(store, std::move(listing), {"9"});
    CHECK(store.Find(KeyNamed("a"))->meta.resource_version.text == "12");
  }
  SECTION("our delete came between") {
    store.FoldDelete(KeyNamed("a"), UidNumber(1));
    ReplaceAll(store, std::move(listing), {"9"});
    CHECK(store.size() == 0);
    CHECK(store.tombstones() == 1);
  }
}

TEST_CASE("a handler that comes late is told the present state (R-052)") {
  Store<Thing> store;
  store.Apply(MakeThing("a", 1, "5"));
  std::string told;
  store.OnChange([&](const Change<Thing>& change) { told += "+" + Spell(*change.new_object); });
  CHECK(told == "+a#1@5");
}

TEST_CASE("an object is found by key and uid (D-019)") {
  Store<Thing> store;
  store.Apply(MakeThing("a", 1, "5"));
  CHECK(store.Find(KeyNamed("a")) != nullptr);
  CHECK(store.FindByUid(KeyNamed("a"), UidNumber(1)) == store.Find(KeyNamed("a")));
  CHECK(store.FindByUid(KeyNamed("a"), UidNumber(2)) == nullptr);
  CHECK(store.Find(KeyNamed("b")) == nullptr);
  CHECK(store.size() == 1);
  CHECK(store.After(std::nullopt) == store.Find(KeyNamed("a")));
  CHECK(store.After(KeyNamed("a")) == nullptr);
  CHECK(store.After(KeyNamed("A")) == store.Find(KeyNamed("a")));
  Proves("D-019");
}

TEST_CASE("a store that nobody keeps up to date is emptied bit by bit (R-063)") {
  Scripted scripted;
  scripted.Run("apply a#1@5; apply b#2@6; apply c#3@7; deleted c#3; apply d#4@8");
  scripted.told.clear();
  CHECK_FALSE(scripted.store.Shed(2));
  CHECK(scripted.told == "?a#1@5 ?b#2@6");
  CHECK(scripted.content() == "d#4@8");
  CHECK(scripted.store.tombstones() == 0);
  CHECK(scripted.store.Shed(2));
  CHECK(scripted.told == "?a#1@5 ?b#2@6 ?d#4@8");
  CHECK(scripted.content().empty());
  // The state that comes later is as if it were the first.
  scripted.told.clear();
  scripted.Run("relist@9 a#1@5 c#3@9");
  CHECK(scripted.told == "+a#1@5 +c#3@9");
}

}  // namespace
}  // namespace windlass::store_test
