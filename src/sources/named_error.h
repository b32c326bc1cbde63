// Errors that say which source they are about.
#pragma once

#include "hypnos/base/format.h"
#include "hypnos/base/result.h"
#include "hypnos/sources/source_identity.h"

namespace hypnos {

inline Error InSource(const SourceIdentity& identity, Error error) {
  error.message = Format("source '{}': {}", identity.name, error.message);
  return error;
}

}  // namespace hypnos
