// Indexes by function: each against a look at every object, in every order of changes, relists in
// slices, resets and amendments.
#include "kubeclient/cache/store_index.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kubeclient/cache/store.h"
#include "test/catch.h"
#include "test/property.h"

namespace windlass::store_index_test {
namespace {

constexpr uint32_t kNames = 6;
constexpr uint32_t kPlaces = 3;

struct Box {
  ObjectMeta meta;
  std::string place;              // "": none
  std::vector<std::string> tags;  // a tag may stand twice
};

std::optional<std::string> PlaceOf(const Box& box) {
  return box.place.empty() ? std::nullopt : std::optional(box.place);
}

std::string PlaceNumber(uint32_t number) {
  return number % (kPlaces + 1) == kPlaces ? "" : "place-" + std::to_string(number % (kPlaces + 1));
}

using Names = std::vector<std::string>;
Names NamesOf(const std::vector<const Box*>& boxes) {
  Names names;
  for (const Box* box : boxes) {
    names.push_back(box->meta.name + "@" + box->meta.resource_version.text);
  }
  return names;
}

// A store with an index of one key per object, one of several, and the built-in one by owner.
class World {
 public:
  World() {
    boxes.OnChange([this](const Change<Box>&) { Check(); });
  }

  void Step(uint32_t choice) {
    const uint32_t more = choice / 8;
    switch (choice % 8) {
      case 0:
      case 1: Show(BoxOf(more), /*deleted=*/false); break;
      case 2: Show(BoxOf(more), /*deleted=*/true); break;
      case 3: Reply(BoxOf(more), /*deleted=*/false); break;
      case 4: Reply(BoxOf(more), /*deleted=*/true); break;
      case 5: Amend(more); break;
      case 6: Relist(more); break;
      default: more % 4 == 0 ? Reset(more / 4) : Shed(more % 4);
    }
    // Other steps come between the slices of a list.
    if (rest_ && boxes.ReplaceSome(*rest_, 1)) rest_.reset();
    Check();
  }

  Store<Box> boxes;

 private:
  Box BoxOf(uint32_t choice) {
    Box box;
    box.meta.namespace_ = "ns";
    box.meta.name = "box-" + std::to_string(choice % kNames);
    box.meta.uid = Uid{choice / kNames % 2 + 1, choice % kNames};  // another box of the same name
    box.meta.resource_version = {std::to_string(++version_)};
    OwnerReference owner;
    owner.uid = Uid{9, choice % 4};
    owner.controller = true;
    if (choice % 4 != 0) box.meta.owner_references = {owner};
    box.place = PlaceNumber(choice / (kNames * 2));
    for (uint32_t i = 0; i < choice % 3; ++i) box.tags.push_back(PlaceNumber(choice / (i + 3)));
    return box;
  }
  void Show(Box box, bool deleted) {
    const ObjectMeta meta = box.meta;
    if (deleted) {
      boxes.ApplyDelete(KeyOf(meta), meta.uid, meta.resource_version);
    } else {
      boxes.Apply(std::move(box));
    }
    if (rest_) boxes.NoteShown(KeyOf(meta), *rest_);
  }
  void Reply(Box box, bool deleted) {
    if (rest_) boxes.ReplaceOf(KeyOf(box.meta), *rest_);
    if (deleted) return boxes.FoldDelete(KeyOf(box.meta), box.meta.uid);
    boxes.Fold(std::move(box));
  }
  void Shed(uint32_t most) {
    rest_.reset();
    boxes.Shed(most);
  }
  Listing<Box> ListingOf(uint32_t choice) {
    Listing<Box> listing;
    for (uint32_t i = 0; i < kNames; ++i) {
      if ((choice >> i & 1U) == 0) continue;
      Box box = BoxOf(choice / 64 * kNames + i);
      Listed<Box> listed{box.meta.uid, box.meta.resource_version,
                         std::make_unique<Box>(std::move(box))};
      const ObjectKey key = KeyOf(listed.object->meta);
      listing.insert_or_assign(key, std::move(listed));
    }
    return listing;
  }
  void Relist(uint32_t choice) {
    if (rest_) return;
    Listing<Box> listing = ListingOf(choice);
    rest_.emplace(Replacement<Box>{std::move(listing), {}, {std::to_string(++version_)}});
    for (const auto& [key, listed] : rest_->listing) AddBytes(listed, rest_->bytes);
  }
  void Reset(uint32_t choice) {
    rest_.reset();
    Listing<Box> listing = ListingOf(choice);
    boxes.Reset(std::move(listing), {std::to_string(++version_)});
  }
  void Amend(uint32_t choice) {
    const ObjectMeta meta = BoxOf(choice).meta;
    boxes.Amend(KeyOf(meta), meta.uid, [&](Box& box) {
      box.place = PlaceNumber(choice);
      box.tags.assign(choice % 3, PlaceNumber(choice / 3));
    });
  }

  void Check() const {
    std::map<std::string, Names> by_place, by_tag;
    std::map<Uid, Names> by_owner;
    size_t bytes = 0;
    boxes.ForEach([&](const Box& box) {
      const std::string name = NamesOf({&box}).front();
      // Each object has an owner or is an orphan: that is one key.
      bytes += SizeOf(box).own + kStoreBytesPerObject + kIndexBytesPerKey;
      const auto note = [&](Names& names) {
        if (!names.empty() && names.back() == name) return;
        names.push_back(name);
        bytes += kIndexBytesPerKey;
      };
      if (!box.place.empty()) note(by_place[box.place]);
      for (const std::string& tag : box.tags) note(by_tag[tag]);
      const OwnerReference* owner = box.meta.ControllerRef();
      by_owner[owner != nullptr ? owner->uid : Uid{}].push_back(name);
    });
    for (uint32_t i = 0; i <= kPlaces; ++i) {
      RC_ASSERT(NamesOf(boxes.By(by_place_, PlaceNumber(i))) == by_place[PlaceNumber(i)]);
      RC_ASSERT(NamesOf(boxes.By(by_tag_, PlaceNumber(i))) == by_tag[PlaceNumber(i)]);
    }
    for (uint64_t i = 1; i < 4; ++i) {
      const Uid owner{9, i};
      RC_ASSERT(NamesOf(boxes.OwnedBy(owner)) == by_owner[owner]);
    }
    RC_ASSERT(NamesOf(boxes.OrphansIn("ns")) == by_owner[Uid{}]);
    RC_ASSERT(boxes.InNamespace("ns").size() == boxes.size());
    RC_ASSERT(boxes.bytes().all == bytes);
  }

  int version_ = 0;
  std::optional<Replacement<Box>> rest_;  // a list that is being applied
  const StoreIndex<Box, std::string>& by_place_ = boxes.AddIndex(&PlaceOf);
  const StoreIndex<Box, std::string>& by_tag_ =
      boxes.AddIndex([](const Box& box) { return box.tags; });
};

TEST_CASE("an index has the objects that a look at every object finds (R-049)") {
  CheckProperty("any order of changes", [](const std::vector<uint32_t>& choices) {
    World world;
    for (const uint32_t choice : choices) world.Step(choice);
    while (!world.boxes.Shed(1)) {
    }
    RC_ASSERT(world.boxes.bytes().all == 0U);
  });
}

Box At(const std::string& name, const std::string& place, const std::string& version) {
  Box box;
  box.meta.namespace_ = "ns";
  box.meta.name = name;
  box.meta.uid = Uid{1, static_cast<uint64_t>(name.front())};
  box.meta.resource_version = {version};
  box.place = place;
  return box;
}

TEST_CASE("an index that is asked for late has the present objects, in order of name") {
  Store<Box> boxes;
  for (const char* name : {"c", "a", "b"}) boxes.Apply(At(name, "here", "5"));
  const size_t before = boxes.bytes().all;
  const auto& by_place = boxes.AddIndex(&PlaceOf);
  CHECK(NamesOf(boxes.By(by_place, "here")) == Names{"a@5", "b@5", "c@5"});
  CHECK(boxes.By(by_place, "there").empty());
  CHECK(boxes.bytes().all == before + 3 * kIndexBytesPerKey);
}

TEST_CASE("users of one function share its index") {
  Store<Box> boxes;
  const auto& first = boxes.AddIndex(&PlaceOf);
  CHECK(&boxes.AddIndex(&PlaceOf) == &first);
  boxes.Apply(At("a", "here", "5"));
  const auto& other = boxes.AddIndex([](const Box& box) { return std::optional(box.place); });
  CHECK(&other != &first);
  CHECK(NamesOf(boxes.By(other, "here")) == NamesOf(boxes.By(first, "here")));
}

TEST_CASE("an index gives the new version of an object whose key stays the same") {
  Store<Box> boxes;
  const auto& by_place = boxes.AddIndex(&PlaceOf);
  boxes.Apply(At("a", "here", "5"));
  boxes.Apply(At("a", "here", "6"));
  CHECK(NamesOf(boxes.By(by_place, "here")) == Names{"a@6"});
  boxes.Apply(At("a", "there", "7"));
  CHECK(boxes.By(by_place, "here").empty());
  CHECK(NamesOf(boxes.By(by_place, "there")) == Names{"a@7"});
}

}  // namespace
}  // namespace windlass::store_index_test
