#include "controller/in_place/watch/pods_by_node.h"

#include <algorithm>

namespace windlass {

PodsByNode::PodsByNode(Store<Pod>& pods) {
  pods.OnChange([this](const Change<Pod>& change) {
    if (change.old_object != nullptr) Remove(*change.old_object);
    if (change.new_object != nullptr) Add(*change.new_object);
  });
}

std::span<const Pod* const> PodsByNode::On(std::string_view node) const {
  const auto found = pods_.find(Symbol(node));
  if (found == pods_.end()) return {};
  return found->second;
}

void PodsByNode::Add(const Pod& pod) {
  if (!pod.node_name.empty()) pods_[pod.node_name].push_back(&pod);
}

// A node has at most some hundred Pods, so a linear search is cheap.
void PodsByNode::Remove(const Pod& pod) {
  const auto on_node = pods_.find(pod.node_name);
  if (on_node == pods_.end()) return;
  std::vector<const Pod*>& pods = on_node->second;
  const auto position = std::ranges::find(pods, &pod);
  if (position == pods.end()) return;
  *position = pods.back();
  pods.pop_back();
  if (pods.empty()) pods_.erase(on_node);  // nodes come and go
}

}  // namespace windlass
