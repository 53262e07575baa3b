// Which objects a command line is about: names, with or without a type; a type and -l; or -f.
#pragma once

#include <vector>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/requests.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

struct Selected {
  std::vector<Place> places;  // each once, in the order of the command line
  // The command line may name objects without their type. If such an object was not found, or the
  // user may not read it, one error with a text for people is here.
  std::vector<Error> missing;
};

// Returns at least one object, or an error in `missing`:
//   - a name without a type: the object that FindNamed finds
//   - a type with -l: the objects of that type in the namespace that have the labels
//   - -f: the objects in the files, if their kind has the command. Only kinds, namespaces and names
//     are read. A namespace in a file replaces the namespace of the kubeconfig context. If -n names
//     another namespace than a file, returns kConfig
// Returns kConfig for a usage error, such as a named object whose kind does not have the command.
// Any other error has a text for people.
Result<Selected> SelectObjects(const CommandContext& context);

}  // namespace windlass::cli
