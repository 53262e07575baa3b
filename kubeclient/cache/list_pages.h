// How a list is cut into pages.
#pragma once

namespace windlass {

// Objects in one page: client-go's figure.
inline constexpr int kListPageSize = 500;
// Pages of one list: 10 million objects. A server that sends more is broken.
inline constexpr int kListPagesMax = 20000;

}  // namespace windlass
