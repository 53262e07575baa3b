#include "cmd/windlass/controllers_flag.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace windlass {
namespace {

std::vector<std::string_view> ItemsOf(std::string_view list) {
  std::vector<std::string_view> items;
  while (true) {
    const size_t comma = list.find(',');
    items.push_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return items;
    list.remove_prefix(comma + 1);
  }
}

// Returns the item without the "-" that disables.
std::string_view NameIn(std::string_view item) {
  return item.starts_with('-') ? item.substr(1) : item;
}

bool IsNamed(const ControllerEntry& entry, std::string_view name) {
  return name == entry.name || name == FullName(entry.name);
}

bool IsEnabled(const ControllerEntry& entry, const std::vector<std::string_view>& items) {
  for (const std::string_view item : items) {
    if (IsNamed(entry, NameIn(item))) return !item.starts_with('-');
  }
  return std::ranges::count(items, "*") > 0;
}

// Returns "deployment-controller, toy-controller".
std::string NamesOf(const ControllerList& controllers) {
  std::string names;
  for (const ControllerEntry& entry : controllers) {
    names += (names.empty() ? "" : ", ") + FullName(entry.name);
  }
  return names;
}

// Returns for example "deployment (in place of the stock one), toy (copies values)".
std::string WhatEachDoes(const ControllerList& controllers) {
  std::string text;
  for (const ControllerEntry& entry : controllers) {
    text += (text.empty() ? "" : ", ") + entry.name;
    if (!entry.about.empty()) text += " (" + entry.about + ")";
  }
  return text;
}

}  // namespace

std::string FullName(std::string_view entry) { return std::string(entry) + "-controller"; }

Result<ControllerList> ChooseControllers(std::string_view wanted, const ControllerList& all) {
  if (wanted.empty()) {
    return Error{ErrorKind::kConfig,
                 "--controllers is missing; choose what to run: " + WhatEachDoes(all) +
                     "; separate several with commas, or write * for all"};
  }
  const std::string flag = "--controllers=" + std::string(wanted);
  const std::vector<std::string_view> items = ItemsOf(wanted);
  for (const std::string_view item : items) {
    const auto named = [&](const ControllerEntry& entry) { return IsNamed(entry, NameIn(item)); };
    if (item == "*" || std::ranges::any_of(all, named)) continue;
    return Error{ErrorKind::kConfig, flag + ": there is no controller '" +
                                         std::string(NameIn(item)) + "'; choose from " +
                                         NamesOf(all) + ", or write * for all"};
  }
  ControllerList chosen;
  std::ranges::copy_if(all, std::back_inserter(chosen),
                       [&](const ControllerEntry& entry) { return IsEnabled(entry, items); });
  if (!chosen.empty()) return chosen;
  return Error{ErrorKind::kConfig, flag + " leaves no controller to run; name one of " +
                                       NamesOf(all) + " without a - before it"};
}

std::string DescribeControllers(const ControllerList& all) {
  return "controllers to run, separated by commas (required): NAME enables one, * enables all, "
         "-NAME disables one; the controllers are " +
         WhatEachDoes(all);
}

}  // namespace windlass
