// The versions of a resource's objects in one consistent list, and a cache to compare with that
// list. A new leader compares the two before its first write (leadership_barrier.h).
#pragma once

#include <functional>
#include <map>
#include <string>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/cache/reflector.h"

namespace windlass {

// One resource as the list shows it.
struct ListedVersions {
  struct Version {
    Uid uid;
    ResourceVersion resource_version;
  };
  std::map<ObjectKey, Version> objects;
  ResourceVersion version;  // of the list
};

// Returns the key of the first object for which `informer` lags behind `listed`; "" if there is
// none. Returns "(a list is being applied)" while the informer puts a list that it has read itself
// into its store.
//
// Once the informer's watch has reached the version of the whole list, the informer lags for no
// object. Before that, it lags for an object in two cases:
// - The list has the object in a version that is not in the store, and that the watch has not
//   reached. Example: the list has version 90, and web-1 in version 80. The store has web-1 in
//   version 70. The informer lags for web-1 until its watch has reached 80.
// - The store has the object, in a version that is not newer than the list, and the list lacks it.
template <typename T>
std::string FirstBehind(const Informer<T>& informer, const ListedVersions& listed) {
  const ResourceVersion& told = informer.reflector().last_version();
  const auto behind = [&told](const ResourceVersion& wanted) {
    const auto order = ResourceVersion::Compare(told, wanted);
    return !order || *order == std::strong_ordering::less;
  };
  if (informer.is_applying()) return "(a list is being applied)";
  if (!behind(listed.version)) return {};
  for (const auto& [key, wanted] : listed.objects) {
    const T* held = informer.store().Find(key);
    if (held != nullptr && held->meta.uid == wanted.uid &&
        held->meta.resource_version == wanted.resource_version) {
      continue;
    }
    if (behind(wanted.resource_version)) return key.ToString();
  }
  std::string extra;
  informer.store().ForEach([&](const T& held) {
    const auto found = listed.objects.find(KeyOf(held.meta));
    const bool known = found != listed.objects.end() && found->second.uid == held.meta.uid;
    const auto order = ResourceVersion::Compare(held.meta.resource_version, listed.version);
    const bool newer = order && *order == std::strong_ordering::greater;
    if (!known && !newer && extra.empty()) extra = KeyOf(held.meta).ToString();
  });
  return extra;
}

// A cache that a new leader compares with a list.
struct ComparedCache {
  ReflectorOptions options;
  // Returns the first object for which the cache lags behind the list; "" if there is none.
  std::function<std::string(const ListedVersions&)> first_behind;
};

// Returns the cache of `informer`, which must outlive the returned value.
template <typename T>
ComparedCache Compared(const Informer<T>& informer) {
  ReflectorOptions options = informer.reflector().options();
  options.metadata_only = true;
  return {std::move(options), [&informer](const ListedVersions& listed) {
            return windlass::FirstBehind(informer, listed);
          }};
}

}  // namespace windlass
