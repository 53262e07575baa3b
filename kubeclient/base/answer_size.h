// How large an answer of the API server may be. A larger one is refused, so that no server can fill
// our memory.
#pragma once

#include <cstddef>

namespace windlass {

// One line of a stream: one event of a watch, with its object. etcd takes objects of up to 1.5 MiB.
// As JSON they are larger: six bytes for each '<', or 23 for an empty namespaceSelector, which etcd
// keeps in two. The longest line that was measured has 12 MB. A line above the limit is skipped:
// only its head is kept.
inline constexpr size_t kLineBytesMax = size_t{16} << 20U;
// The head of a line that is skipped. It begins with the object's name, uid and version.
inline constexpr size_t kLineHeadBytes = size_t{64} << 10U;
// A line that has no end after this much ends the stream: this is no API server.
inline constexpr size_t kLineSkipBytesMax = size_t{256} << 20U;
// The body of a reply: one page of a list, or one object. Reading it needs up to six times as much
// memory. Example: 500 objects of 20 KiB are 10 MiB. A larger list is read in smaller pages.
inline constexpr size_t kBodyBytesMax = size_t{32} << 20U;
// The body of a stream's answer that is not 2xx: a metav1.Status. A Status with all its causes has
// far less.
inline constexpr size_t kErrorBodyBytesMax = size_t{64} << 10U;

}  // namespace windlass
