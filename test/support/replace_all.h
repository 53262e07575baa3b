// ReplaceAll: applies a complete list to a store in one piece, as an Informer does in slices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "kubeclient/cache/store.h"

namespace windlass {

template <typename T>
void ReplaceAll(Store<T>& store, Listing<T> listing, const ResourceVersion& version) {
  Replacement<T> rest{std::move(listing), {}, version};
  for (const auto& [key, listed] : rest.listing) AddBytes(listed, rest.bytes);
  while (!store.ReplaceSome(rest, SIZE_MAX)) {
  }
}

}  // namespace windlass
