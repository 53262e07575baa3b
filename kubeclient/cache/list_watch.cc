#include "kubeclient/cache/list_watch.h"

#include <string_view>
#include <utility>

#include "kubeclient/client/call_deadlines.h"
#include "kubeclient/client/paths.h"

namespace windlass {
namespace {

// The Accept headers if options.metadata_only is true. Both end with plain JSON, so a server that
// cannot reduce objects to their metadata may send whole objects.
constexpr std::string_view kMetadataList =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
constexpr std::string_view kMetadata =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

std::string Collection(const ReflectorOptions& options) {
  return ResourcePath(options.resource, options.namespace_, /*name=*/"");
}

// Adds the parameter to `target` if `value` is not empty.
void AddIfGiven(std::string& target, std::string_view key, std::string_view value) {
  if (!value.empty()) AddQuery(target, key, value);
}

HttpRequest Stream(std::string target, const ReflectorOptions& options, seconds timeout) {
  AddQuery(target, "watch", "1");
  AddQuery(target, "allowWatchBookmarks", "true");
  AddQuery(target, "timeoutSeconds", std::to_string(timeout.count()));
  AddIfGiven(target, "fieldSelector", options.field_selector);
  HttpRequest request;
  request.target = std::move(target);
  if (options.metadata_only) request.accept = kMetadata;
  request.deadline = kWatchIdle;
  request.call_class = CallClass::kWatch;
  return request;
}

}  // namespace

HttpRequest ListPageRequest(const ReflectorOptions& options, const ListPageQuery& query) {
  HttpRequest request;
  request.target = Collection(options);
  if (query.limit > 0) AddQuery(request.target, "limit", std::to_string(query.limit));
  if (!query.continue_token.empty()) {
    AddQuery(request.target, "continue", query.continue_token);
  } else if (!query.not_older_than.empty()) {
    AddQuery(request.target, "resourceVersion", query.not_older_than.text);
    AddQuery(request.target, "resourceVersionMatch", "NotOlderThan");
  }
  AddIfGiven(request.target, "fieldSelector", options.field_selector);
  if (options.metadata_only) request.accept = kMetadataList;
  request.deadline = kListPageDeadline;
  return request;
}

HttpRequest WatchRequest(const ReflectorOptions& options, const ResourceVersion& version,
                         seconds timeout) {
  std::string target = Collection(options);
  AddQuery(target, "resourceVersion", version.text);
  return Stream(std::move(target), options, timeout);
}

HttpRequest WatchListRequest(const ReflectorOptions& options, const ResourceVersion& not_older_than,
                             seconds timeout) {
  std::string target = Collection(options);
  AddQuery(target, "sendInitialEvents", "true");
  AddQuery(target, "resourceVersionMatch", "NotOlderThan");
  AddIfGiven(target, "resourceVersion", not_older_than.text);
  return Stream(std::move(target), options, timeout);
}

}  // namespace windlass
