// How many bytes of memory the caches of a process may take together, and how many they take.
//
// Whoever may create objects decides how large they are, so without a bound one user could have the
// process killed, again after each restart. With one, what does not fit is left out, named to its
// user, and read again when there is room. The figures are estimates from the sizes of the
// objects, within 20 % of what is allocated (docs/memory.md). Core thread only.
#pragma once

#include <cstddef>

#include "kubeclient/api/symbol.h"

namespace windlass {

// An object below this size is never cut down: nearly all are, and little would be gained.
inline constexpr size_t kCutAbove = size_t{16} << 10U;

class CacheBudget {
 public:
  // `symbols` must outlive the budget; its texts count. A limit of 0 means no limit.
  CacheBudget(const SymbolTable& symbols, size_t limit) : symbols_(symbols), limit_(limit) {}
  CacheBudget(const CacheBudget&) = delete;
  CacheBudget& operator=(const CacheBudget&) = delete;

  size_t limit() const { return limit_; }
  size_t held() const { return charged_ + symbols_.bytes(); }
  bool HasRoomFor(size_t bytes) const { return limit_ == 0 || held() + bytes <= limit_; }

  // A cache that held `before` bytes holds `now`.
  void Charge(size_t before, size_t now) { charged_ += now - before; }

 private:
  const SymbolTable& symbols_;
  const size_t limit_;
  size_t charged_ = 0;
};

}  // namespace windlass
