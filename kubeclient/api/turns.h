// A queue of waiting items in which the namespaces take turns: each turn serves the oldest item of
// one namespace. So a namespace with many items does not slow down the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "kubeclient/api/symbol.h"

namespace windlass {

template <typename Item>
class Turns {
 public:
  // Identifies a waiting item; never 0, so 0 can stand for "no item".
  using Ticket = uint64_t;

  Ticket Add(const Symbol& namespace_, Item item) {
    Line& line = lines_[namespace_];
    if (line.items.empty()) Join(namespace_, line);
    line.items.emplace(++last_, std::move(item));
    ++size_;
    return last_;
  }

  // Removes the item that Add gave `ticket`. Does nothing if the item does not wait any more.
  void Leave(const Symbol& namespace_, Ticket ticket) {
    const auto line = lines_.find(namespace_);
    if (line == lines_.end() || line->second.items.erase(ticket) == 0) return;
    --size_;
    if (!line->second.items.empty()) return;
    order_.erase(line->second.turn);
    lines_.erase(line);
  }

  // Removes the next item and returns it. The queue must not be empty.
  Item Next() {
    const Symbol namespace_ = order_.begin()->second;
    order_.erase(order_.begin());
    const auto line = lines_.find(namespace_);
    Item next = std::move(line->second.items.begin()->second);
    line->second.items.erase(line->second.items.begin());
    if (line->second.items.empty()) {
      lines_.erase(line);
    } else {
      Join(namespace_, line->second);
    }
    --size_;
    return next;
  }

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

 private:
  struct Line {
    std::map<Ticket, Item> items;  // oldest first: tickets only grow
    uint64_t turn = 0;             // its place in `order_`
  };

  void Join(const Symbol& namespace_, Line& line) {
    line.turn = ++last_;
    order_.emplace(line.turn, namespace_);
  }

  std::map<Symbol, Line> lines_;  // no line is empty
  std::map<uint64_t, Symbol> order_;
  uint64_t last_ = 0;  // the ticket or turn given last
  size_t size_ = 0;
};

}  // namespace windlass
