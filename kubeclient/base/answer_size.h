// The largest answers of the API server that we accept. These limits keep a faulty server from
// filling our memory.
#pragma once

#include <cstddef>

namespace windlass {

// One line of a stream: one event of a watch, with its object. etcd accepts objects of up to 1.5
// MiB, but the same object is larger as JSON: '<' grows from one byte to six ("\u003c"), an empty
// namespaceSelector from two bytes to 23. The longest line that we measured has 12 MB. If a line
// exceeds this limit, only its head is kept, and the rest is skipped.
inline constexpr size_t kLineBytesMax = size_t{16} << 20U;
// The length of the head of a skipped line. For built-in kinds the head holds the object's name,
// uid and version.
inline constexpr size_t kLineHeadBytes = size_t{64} << 10U;
// If a line exceeds this limit, we end its stream, because no API server sends such a line.
inline constexpr size_t kLineSkipBytesMax = size_t{256} << 20U;
// The body of a reply: one page of a list, or one object. Decoding a body needs up to six times its
// size in memory. Example: a page of 500 objects of 20 KiB has 10 MiB. If a page is too large, the
// list is read in smaller pages.
inline constexpr size_t kBodyBytesMax = size_t{32} << 20U;
// The body of an answer that is not 2xx, if the request asked for a stream. Such a body is a
// metav1.Status, which is far smaller even with all its causes.
inline constexpr size_t kErrorBodyBytesMax = size_t{64} << 10U;

}  // namespace windlass
