// The callbacks of all components that listen for one event. They are called in the order in which
// they were added.
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace windlass {

template <typename... Args>
class Listeners {
 public:
  using Listener = std::function<void(Args...)>;

  void Add(Listener listener) { listeners_.push_back(std::move(listener)); }
  // Calls the listeners. A listener must not call Add.
  void operator()(Args... args) const {
    for (const Listener& listener : listeners_) listener(args...);
  }

 private:
  std::vector<Listener> listeners_;
};

}  // namespace windlass
