#include "test/sim/lagging_view.h"

#include <algorithm>
#include <utility>

namespace windlass::sim {

Duration DrawLag(Random& random, Duration most) {
  if (most <= Duration{0}) return Duration{0};
  return random.Between(Duration{0}, random.Between(Duration{0}, most));
}

LaggingView::LaggingView(ApiServer& server, const ResourceId& resource, Duration lag_max,
                         Random random)
    : server_(server), resource_(resource), lag_max_(lag_max), random_(random) {
  server_.store().OnChange([this](const Change& change) {
    if (change.key.resource != resource_) return;
    if (!lags()) return See(change);
    arrives_ = std::max(arrives_, change.at + DrawLag(random_, lag_max_));
    ++under_way_;
    server_.loop().After(arrives_ - change.at, [this, change] {
      --under_way_;
      See(change);
    });
  });
}

void LaggingView::See(const Change& change) {
  seen_ = change.revision;
  if (lags()) {
    if (change.after != nullptr) {
      objects_[change.key] = change.after;
    } else {
      objects_.erase(change.key);
    }
  }
  if (on_change) on_change(change);
}

Object LaggingView::Find(const std::string& namespace_, const std::string& name) const {
  const StoreKey key{resource_, namespace_, name};
  if (!lags()) return server_.Find(key);
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

std::vector<Object> LaggingView::List(const std::string& namespace_) const {
  if (!lags()) return server_.List(resource_, namespace_);
  std::vector<Object> list;
  for (auto at = objects_.lower_bound({resource_, namespace_, ""}); at != objects_.end(); ++at) {
    if (at->first.namespace_ != namespace_) break;
    list.push_back(at->second);
  }
  return list;
}

bool LaggingView::HasSeen(uint64_t revision) const { return !lags() || seen_ >= revision; }

}  // namespace windlass::sim
