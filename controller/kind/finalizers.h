// The finalizers of an object, and the patches that add and remove one of them.
//
// The API server keeps a deleted object while it has a finalizer. So a controller that must undo
// what it did for an object
//   - adds its finalizer before it does anything that must be undone
//   - removes the finalizer from an object that is being deleted, once all is undone
//   - does nothing for an object that is being deleted and lacks the finalizer
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/request.h"
#include "kubeclient/api/symbol.h"

namespace windlass::kind {

// The value of metadata.finalizers, in its order. ObjectMeta does not have it: an object of a kind
// with a finalizer has a Finalizers beside its ObjectMeta. ReadObjectMeta of decode_fields.h reads
// both.
class Finalizers {
 public:
  Finalizers() = default;
  explicit Finalizers(std::vector<Symbol> names) : names_(std::move(names)) {}

  bool Has(std::string_view name) const;

  // Add returns a patch that appends `name` to the list, and Remove one that removes `name`. Each
  // patch changes no other field, and succeeds even if other fields have changed since.
  //   - Add: fails as a conflict if the list has changed. Requires that Has(name) is false, and
  //     that the object is not being deleted: the API server would refuse the patch.
  //   - Remove: fails as a conflict if `name` now has another place in the list. Requires that
  //     Has(name) is true.
  Request Add(const ResourceId& resource, const ObjectMeta& meta, std::string_view name) const;
  Request Remove(const ResourceId& resource, const ObjectMeta& meta, std::string_view name) const;

  bool operator==(const Finalizers&) const = default;

 private:
  std::vector<Symbol> names_;
};

}  // namespace windlass::kind
