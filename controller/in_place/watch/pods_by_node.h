// PodsByNode: an index of a store of Pods, so that Windlass need not look at every Pod of the
// cluster if one Node changes. The index takes 8 bytes for each Pod. Core thread only.
#pragma once

#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "kubeclient/api/pod.h"
#include "kubeclient/cache/store.h"

namespace windlass {

class PodsByNode {
 public:
  // Registers a handler with `pods`, which must not change after the index is gone.
  explicit PodsByNode(Store<Pod>& pods);
  PodsByNode(const PodsByNode&) = delete;
  PodsByNode& operator=(const PodsByNode&) = delete;

  // Returns the Pods that are scheduled to `node`, in no particular order. A handler that was
  // registered with the store before the index was, and calls this, gets the Pods from before the
  // change.
  std::span<const Pod* const> On(std::string_view node) const;

 private:
  void Add(const Pod& pod);
  void Remove(const Pod& pod);

  std::map<Symbol, std::vector<const Pod*>> pods_;
};

}  // namespace windlass
