// The events of a simulated world, as one hash and as the last lines of text.
//
// "Same seed, same hash" is the proof of determinism (I-42). It must hold for builds of different
// compilers, so nothing that depends on addresses, hash seeds or a locale may be noted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "kubeclient/base/clock.h"

namespace windlass::sim {

class Trace {
 public:
  // Lines kept for a failure's report; the hash covers all.
  static constexpr size_t kLinesKept = 200;
  static constexpr size_t kLineBytesKept = 400;

  explicit Trace(const Clock& clock) : clock_(clock) {}

  // From now on nothing is noted: a search needs no text, and texts cost it most of its time.
  void TurnOff() { on_ = false; }
  bool on() const { return on_; }

  // Notes one fact at the present virtual time. `what` is a short word ("PATCH", "watch", "crash").
  void Note(std::string_view what, std::string_view detail);

  // Returns FNV-1a, 64 bits, over every fact.
  uint64_t hash() const { return hash_; }
  uint64_t size() const { return size_; }
  std::string LastLines() const;

  // Called with every fact, whole; may be empty.
  std::function<void(const std::string& line)> on_fact;

 private:
  void Mix(std::string_view bytes);

  const Clock& clock_;
  bool on_ = true;
  uint64_t hash_ = 14695981039346656037ULL;
  uint64_t size_ = 0;
  std::deque<std::string> lines_;
};

}  // namespace windlass::sim
