// The smallest object a Store can hold, and its short spelling in tests: "a#1@5" is the object "a"
// of namespace "ns", its uid number 1, its resourceVersion "5".
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/cache/store.h"

namespace windlass {

struct Thing {
  ObjectMeta meta;
};

inline Uid UidNumber(int number) { return {0, static_cast<uint64_t>(number)}; }
inline ObjectKey KeyNamed(const std::string& name) { return {Symbol("ns"), name}; }

inline Thing MakeThing(const std::string& name, int uid, const std::string& version) {
  Thing thing;
  thing.meta.namespace_ = Symbol("ns");
  thing.meta.name = name;
  thing.meta.uid = UidNumber(uid);
  thing.meta.resource_version.text = version;
  return thing;
}

// Reads "a#1@5". "a@5" has uid number 0, "a#1" has an empty resourceVersion.
inline Thing ParseThing(const std::string& text) {
  const size_t version = text.find('@');
  const std::string before = text.substr(0, version);
  const size_t uid = before.find('#');
  const std::string number = uid == std::string::npos ? "0" : before.substr(uid + 1);
  return MakeThing(before.substr(0, uid), std::atoi(number.c_str()),
                   version == std::string::npos ? "" : text.substr(version + 1));
}

// If a key comes twice, the later one counts.
inline Listing<Thing> ListingOf(const std::vector<Thing>& things) {
  Listing<Thing> listing;
  for (const Thing& thing : things) {
    Listed<Thing> listed{thing.meta.uid, thing.meta.resource_version, nullptr};
    listed.object = std::make_unique<Thing>(thing);
    listing.insert_or_assign(KeyOf(thing.meta), std::move(listed));
  }
  return listing;
}

inline std::string Spell(const Thing& thing) {
  return thing.meta.name + "#" + std::to_string(thing.meta.uid.low) + "@" +
         thing.meta.resource_version.text;
}

}  // namespace windlass
