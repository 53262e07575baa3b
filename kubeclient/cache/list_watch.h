// The three requests of a reflector: a page of a list, a watch, and a watch that begins with a
// list. None of them has resourceVersion=0, because the answer to such a request may be older than
// what a former process saw.
#pragma once

#include <string>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/reflector_options.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

struct ListPageQuery {
  // Empty: a consistent read. Otherwise the list is at least as new as this. Not used
  // together with `limit`: with both, older API servers read from etcd instead of from their cache.
  ResourceVersion not_older_than;
  std::string continue_token;  // of the page before; replaces not_older_than
  int limit = 0;               // 0: everything in one response
};

HttpRequest ListPageRequest(const ReflectorOptions& options, const ListPageQuery& query);

// Returns the request for the changes after `version`. The server ends the watch after `timeout`
//
HttpRequest WatchRequest(const ReflectorOptions& options, const ResourceVersion& version,
                         seconds timeout);

// Returns the request for the present state as ADDED events, a bookmark that ends them, and then
// the changes. The state is at least as new as `not_older_than`; if that is empty, the read
// is consistent. The server ends the watch after `timeout`.
HttpRequest WatchListRequest(const ReflectorOptions& options, const ResourceVersion& not_older_than,
                             seconds timeout);

}  // namespace windlass
