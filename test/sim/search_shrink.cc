#include "test/sim/search_shrink.h"

#include <algorithm>
#include <utility>

namespace windlass::sim {
namespace {

class Shrinker {
 public:
  Shrinker(Plan plan, std::string invariant, const std::function<std::string(const Plan&)>& broken,
           const std::function<bool()>& time_is_over)
      : invariant_(std::move(invariant)), broken_(broken), time_is_over_(time_is_over) {
    shrunk_.plan = std::move(plan);
  }

  Shrunk Run() {
    bool smaller = true;
    while (std::exchange(smaller, false) && !IsOver()) {
      smaller = LeaveOut(&Plan::deeds) || smaller;
      smaller = LeaveOut(&Plan::faults) || smaller;
      smaller = LeaveOut(&Plan::workloads) || smaller;
      smaller = DropSettings() || smaller;
      smaller = DropNumbers() || smaller;
    }
    shrunk_.in_time = !time_is_over_();
    return std::move(shrunk_);
  }

 private:
  bool IsOver() { return time_is_over_(); }

  bool Try(Plan plan) {
    if (IsOver()) return false;
    ++shrunk_.walks;
    if (broken_(plan) != invariant_) return false;
    shrunk_.plan = std::move(plan);
    return true;
  }

  // Leaves out pieces of the list, each half as long as the one before.
  template <typename Item>
  bool LeaveOut(std::vector<Item> Plan::* list) {
    bool smaller = false;
    const auto size = [&] { return (shrunk_.plan.*list).size(); };
    for (size_t piece = std::max<size_t>(size() / 2, 1); piece > 0; piece /= 2) {
      for (size_t at = 0; at < size();) {
        Plan plan = shrunk_.plan;
        auto& items = plan.*list;
        const size_t end = std::min(at + piece, items.size());
        items.erase(items.begin() + static_cast<ptrdiff_t>(at),
                    items.begin() + static_cast<ptrdiff_t>(end));
        if (Try(std::move(plan))) {
          smaller = true;
        } else {
          at += piece;
        }
        if (IsOver()) return smaller;
      }
    }
    return smaller;
  }

  // A setting that is not there has the value of a quiet walk. These have none.
  bool DropSettings() {
    bool smaller = false;
    const Numbers settings = shrunk_.plan.settings;
    for (const auto& [name, value] : settings) {
      if (name == "end" || name == "small" || name == "calm") continue;
      Plan plan = shrunk_.plan;
      plan.settings.erase(name);
      smaller = Try(std::move(plan)) || smaller;
    }
    return smaller;
  }

  bool DropNumbers() {
    bool smaller = false;
    for (size_t i = 0; i < shrunk_.plan.workloads.size(); ++i) {
      const Numbers numbers = shrunk_.plan.workloads[i].numbers;
      for (const auto& [name, value] : numbers) {
        Plan plan = shrunk_.plan;
        plan.workloads[i].numbers.erase(name);
        smaller = Try(std::move(plan)) || smaller;
      }
    }
    return smaller;
  }

  const std::string invariant_;
  const std::function<std::string(const Plan&)>& broken_;
  const std::function<bool()>& time_is_over_;
  Shrunk shrunk_;
};

}  // namespace

Shrunk Shrink(Plan plan, const std::string& invariant,
              const std::function<std::string(const Plan&)>& broken,
              const std::function<bool()>& time_is_over) {
  return Shrinker(std::move(plan), invariant, broken, time_is_over).Run();
}

}  // namespace windlass::sim
