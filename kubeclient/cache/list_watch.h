// The three questions of a reflector as HTTP requests: a page of a list, a watch, a watch that
// begins with a list. One table of paths and parameters; never resourceVersion=0, which may be
// answered with data older than a former process saw.
#pragma once

#include <string>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/reflector_options.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

struct ListPageQuery {
  // Empty = a consistent read. Otherwise the list is at least as new; never with a limit,
  // which older API servers would send to etcd.
  ResourceVersion not_older_than;
  std::string continue_token;  // of the page before; then not_older_than is not sent
  int limit = 0;               // 0 = everything in one response
};

HttpRequest ListPageRequest(const ReflectorOptions& options, const ListPageQuery& query);

// Changes after `version`. `timeout` is when the server ends the watch.
HttpRequest WatchRequest(const ReflectorOptions& options, const ResourceVersion& version,
                         seconds timeout);

// The present state as ADDED events, a bookmark that ends them, then changes. Empty
// `not_older_than` = a consistent read.
HttpRequest WatchListRequest(const ReflectorOptions& options, const ResourceVersion& not_older_than,
                             seconds timeout);

}  // namespace windlass
