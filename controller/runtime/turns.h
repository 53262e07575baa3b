// Syncs that wait for the rate limit before their next step. Namespaces take turns, one step each,
// so that a busy namespace does not slow down the others.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <utility>

#include "kubeclient/api/symbol.h"

namespace windlass {

class Turns {
 public:
  void Add(const Symbol& namespace_, std::function<void()> go_on) {
    std::deque<std::function<void()>>& line = lines_[namespace_];
    if (line.empty()) order_.push_back(namespace_);
    line.push_back(std::move(go_on));
    ++size_;
  }

  // Removes the next function and returns it. There must be one.
  std::function<void()> Next() {
    const Symbol namespace_ = std::move(order_.front());
    order_.pop_front();
    const auto line = lines_.find(namespace_);
    std::function<void()> next = std::move(line->second.front());
    line->second.pop_front();
    if (line->second.empty()) {
      lines_.erase(line);
    } else {
      order_.push_back(namespace_);
    }
    --size_;
    return next;
  }

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

 private:
  std::map<Symbol, std::deque<std::function<void()>>> lines_;  // none is empty
  std::deque<Symbol> order_;
  size_t size_ = 0;
};

}  // namespace windlass
