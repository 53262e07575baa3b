// How a list is cut into pages.
#pragma once

#include <algorithm>

namespace windlass {

// Objects in one page: client-go's figure.
inline constexpr int kListPageSize = 500;
// The most pages of one list: 10 million objects, in pages of kListPageSize. A server that sends
// more is broken.
inline constexpr int kListPagesMax = 20000;

// How many objects to ask for in the next page:
//   - half as many after a page that was too large
//   - twice as many, but at most kListPageSize, after four pages in a row that were not too large
// So a few large objects do not make a whole list slow.
// Example: a page of 500 objects is larger than kBodyBytesMax; so is one of 250; one of 125 fits.
// After four pages of 125 objects, the next page has 250 again.
class PageSize {
 public:
  int limit() const { return limit_; }

  // Call when the page was larger than the transport accepts. Returns false if the limit is one
  // object already.
  bool Halve() {
    fitted_ = 0;
    if (limit_ == 1) return false;
    limit_ /= 2;
    return true;
  }
  // Call when the page was not too large.
  void Fitted() {
    if (++fitted_ < kPagesBeforeDoubling) return;
    fitted_ = 0;
    limit_ = std::min(limit_ * 2, kListPageSize);
  }

 private:
  static constexpr int kPagesBeforeDoubling = 4;

  int limit_ = kListPageSize;
  int fitted_ = 0;  // pages in a row that were not too large
};

}  // namespace windlass
