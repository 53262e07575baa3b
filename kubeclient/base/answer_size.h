// The largest answers of the API server that we accept. These limits keep a faulty server from
// filling our memory.
#pragma once

#include <cstddef>

namespace windlass {

// The longest line of a stream that we keep whole: one event of a watch, with its object.
// Of a longer line we keep only the first kLineHeadBytes. The longest that we measured has 12 MB.
// etcd stores at most 1.5 MiB per object, but the JSON is larger. Example: '<' takes one byte in
// etcd and six in JSON ("\u003c").
inline constexpr size_t kLineBytesMax = size_t{16} << 20U;
// How many bytes we keep of a line that is longer than kLineBytesMax. For built-in kinds, these
// first bytes hold the object's name, uid and version.
inline constexpr size_t kLineHeadBytes = size_t{64} << 10U;
// We end a stream that sends a longer line than this, because no healthy API server does so.
inline constexpr size_t kLineSkipBytesMax = size_t{256} << 20U;
// The largest body of a reply: one page of a list, or one object. If a page is larger, we read the
// list in smaller pages.
// Example: a page of 500 objects of 20 KiB has 10 MiB, and decoding it needs up to 60 MiB of
// memory.
inline constexpr size_t kBodyBytesMax = size_t{32} << 20U;
// The largest body of an error (not 2xx) that answers a request for a stream. Such a body is a
// metav1.Status, which is far smaller than this limit even with all its causes.
inline constexpr size_t kErrorBodyBytesMax = size_t{64} << 10U;

}  // namespace windlass
