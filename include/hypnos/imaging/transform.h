// Size and colour. *to is another image than from; its storage is used again where the size fits.
// Threads: safe.
#pragma once

#include "hypnos/imaging/image.h"

namespace hypnos {

// Averages areas where the picture gets smaller, interpolates where it gets larger.
void Resize(const Image& from, int width, int height, Image* to);

// 0.299 red + 0.587 green + 0.114 blue; a grey image is copied.
void ToGrey(const Image& from, Image* to);

// A BGR image is copied.
void ToBgr(const Image& from, Image* to);

}  // namespace hypnos
