#include "test/sim/budget_invariant.h"

#include <algorithm>
#include <utility>

#include "test/sim/api_selector.h"
#include "test/sim/in_place_words.h"

namespace windlass::sim {

BudgetInvariant::BudgetInvariant(World& world, std::string off_label, std::string off_value)
    : world_(world), off_label_(std::move(off_label)), off_value_(std::move(off_value)) {
  world_.api().store().OnChange([this](const Change& change) { OnChange(change); });
}

// Returns true if the Pod serves, and was not asked to stop, to restart or to leave traffic.
bool BudgetInvariant::Serves(const Json& pod) const {
  const PodTruth* truth = world_.kubelet().Truth(UidOf(pod));
  if (truth == nullptr || !truth->serving() || IsDeleting(pod)) return false;
  if (!off_label_.empty() && LabelOf(pod, off_label_) == off_value_) return false;
  return std::ranges::all_of(truth->containers, [&](const ContainerTruth& one) {
    return one.image == ImageIn(At(pod, {"spec"}), one.name);
  });
}

void BudgetInvariant::OnChange(const Change& change) {
  if (change.key.resource != resources::kPods || change.before == nullptr) return;
  const Json& before = *change.before;
  if (!Serves(before) || (change.after != nullptr && Serves(*change.after))) return;
  ++taken_down_;
  for (const Object& budget :
       world_.api().List(resources::kPodDisruptionBudgets, change.key.namespace_)) {
    const Json& selector = At(*budget, {"spec", "selector"});
    if (!SelectorMatches(selector, At(before, {"metadata", "labels"}))) continue;
    int64_t left = 0;
    for (const Object& pod : world_.api().List(resources::kPods, change.key.namespace_)) {
      const bool other = UidOf(*pod) != UidOf(before) &&
                         SelectorMatches(selector, At(*pod, {"metadata", "labels"}));
      left += other && Serves(*pod) ? 1 : 0;
    }
    const int64_t wanted = IntAt(*budget, {"status", "desiredHealthy"});
    if (left >= wanted) continue;
    complaints_.push_back(change.actor + " " + change.request + " leaves " + std::to_string(left) +
                          " that serve, and " + NameOf(*budget) + " wants " +
                          std::to_string(wanted) + "\n" + world_.loop().trace().LastLines());
  }
}

std::string BudgetInvariant::Complaints() const {
  if (complaints_.empty()) return "";
  std::string text = "seed " + std::to_string(world_.seed()) + "\n";
  for (const std::string& complaint : complaints_) text += complaint + "\n";
  return text;
}

}  // namespace windlass::sim
