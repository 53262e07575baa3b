// What a failure of cpprestsdk means: whether the server may have acted.
//
// The library's error codes lie (the category is always generic, the number comes from whichever
// layer produced it), its texts do not change: it is frozen. The table (C-016) is pinned by a test.
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

struct NetworkFailure {
  long code = 0;           // http_exception::error_code().value()
  std::string_view text;   // http_exception::what()
  bool read_only = false;  // a GET: an unreadable answer is kMalformed instead of kAmbiguous
  bool sent = true;        // the last byte of the request may have reached the socket
};

// Returns kNotSent, kAmbiguous, kTls, kCancelled or kMalformed; kAmbiguous when in doubt.
ErrorKind Classify(const NetworkFailure& failure);

}  // namespace windlass
