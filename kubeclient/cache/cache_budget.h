// How many bytes of memory the caches of a process may take together, and how many they take.
//
// Without this bound, a user who may create objects could get the process killed for lack of
// memory, again after each restart. With it:
//   - An object that does not fit is cut down, or its whole cache is given up
//     (Informer::GiveUpWithoutRoom).
//   - A message names the object or the resource.
//   - What is missing is read again when there may be room.
// The figures are estimates; docs/benchmarks.md compares them with the memory of a process. Core
// thread only.
#pragma once

#include <cstddef>

#include "kubeclient/api/symbol.h"

namespace windlass {

// An object of at most this size, its texts included, is never cut down. Nearly all objects are
// this small. All larger objects together may take only a part of the budget (HasRoomForLarge,
// MayGrow).
inline constexpr size_t kCutAbove = size_t{16} << 10U;

// The memory of an object, in bytes: the object itself, and its interned texts. An interned text is
// stored once, and all objects that have it share it (symbol.h).
struct ObjectBytes {
  size_t own = 0;
  size_t texts = 0;
  size_t sum() const { return own + texts; }
};

// The memory of a cache, in bytes. `all` counts all objects, without their interned texts. `large`
// counts only the objects above kCutAbove, with their interned texts.
struct CacheBytes {
  size_t all = 0;
  size_t large = 0;

  // Add adds the bytes of an object, and `beside` bytes for its place in the store. Remove
  // subtracts both.
  void Add(const ObjectBytes& object, size_t beside) {
    all += object.own + beside;
    if (object.sum() > kCutAbove) large += object.sum();
  }
  void Remove(const ObjectBytes& object, size_t beside) {
    all -= object.own + beside;
    if (object.sum() > kCutAbove) large -= object.sum();
  }
};

class CacheBudget {
 public:
  // `symbols` must outlive the budget. held() includes the memory of the texts in `symbols`. A
  // limit of 0 means no limit.
  CacheBudget(const SymbolTable& symbols, size_t limit) : symbols_(symbols), limit_(limit) {}
  CacheBudget(const CacheBudget&) = delete;
  CacheBudget& operator=(const CacheBudget&) = delete;

  size_t limit() const { return limit_; }
  size_t held() const { return charged_.all + symbols_.bytes(); }
  bool IsFull() const { return limit_ > 0 && held() > limit_; }
  // Returns the memory of all objects above kCutAbove, with their interned texts.
  size_t large() const { return charged_.large; }
  // Returns true if there is room for an object of `bytes`, which is above kCutAbove: all large
  // objects together may take a quarter of the budget, and of this quarter the object must leave
  // three times its own size. So a few very large objects of one user never take the place of all
  // smaller ones. Example, with a budget of 160 MiB, of which large objects may take 40:
  //   - 27 MiB are taken: an object of 3.3 MiB gets no room (27 + 4 * 3.3 > 40), one of 22 KiB does
  //   - no large object is there: one of 10 MiB gets room
  bool HasRoomForLarge(size_t bytes) const {
    return limit_ == 0 || (charged_.large + 4 * bytes <= limit_ / 4 && held() + bytes <= limit_);
  }
  // Returns true if an object of `before` bytes may grow or shrink to `bytes`.
  // All large objects together may take three eighths of the budget if one of them grows, but only
  // a quarter if a new one comes (HasRoomForLarge). Reason: our own writes add a little to an
  // object in the middle of a rollout. The difference leaves room for that, so that the object is
  // not cut down then. Example, with a budget of 800 MiB:
  //   - HasRoomForLarge accepts new objects until all large objects take 200 MiB.
  //   - MayGrow lets an object grow if all large objects then take at most 300 MiB.
  bool MayGrow(size_t before, size_t bytes) const {
    if (limit_ == 0 || bytes <= before) return true;
    const size_t large = charged_.large + bytes - (before > kCutAbove ? before : 0);
    return large <= limit_ / 8 * 3 && held() + bytes - before <= limit_;
  }

  // Call when the memory of a cache has changed from `before` to `now`.
  void Charge(const CacheBytes& before, const CacheBytes& now) {
    charged_.all += now.all - before.all;
    charged_.large += now.large - before.large;
  }

 private:
  const SymbolTable& symbols_;
  const size_t limit_;
  CacheBytes charged_;
};

}  // namespace windlass
