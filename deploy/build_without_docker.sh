#!/bin/sh
# Builds the image of deploy/Dockerfile where there is neither a Docker daemon nor a registry of images: Debian's
# packages stand in for the base, under its name, so that the very Dockerfile is what is built.
#
#     apt-get install buildah mmdebstrap
#     deploy/build_without_docker.sh FOLDER          as root; a gigabyte and a half in FOLDER
#
# The wheels are fetched by this machine's pip, as it is configured, with the Python of the base; the build is offline.
set -eu

folder=$(realpath -m "${1:?a folder for the images is needed}")
cd "$(dirname "$0")/.."
base=$(sed -n 's/^FROM \([^ ]*\)$/\1/p' deploy/Dockerfile)
python=$(echo "$base" | sed 's/python:\([0-9.]*\)-.*/\1/')
tag=$(sed -n 's/.*--tag \([^ ]*\) .*/\1/p' deploy/Dockerfile)
mkdir -p "$folder/wheels"

images() {
    buildah --storage-driver vfs --root "$folder/store" --runroot "$folder/run" "$@"
}

"python$python" -m pip download --dest "$folder/wheels" --no-deps --only-binary=:all: --require-hashes \
    --requirement deploy/requirements.txt
printf '[global]\nno-index = true\nfind-links = /wheels\n' >"$folder/pip.conf"

if ! images inspect --type image "$base" >/dev/null 2>&1; then
    # without pages to read, as slim images are
    mmdebstrap --variant=minbase --include=python3,python3-pip,python3-venv,python-is-python3 \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' "${base##*-}" "$folder/base.tar"
    container=$(images from scratch)
    images add "$container" "$folder/base.tar" /
    images config --cmd python3 "$container"
    images commit "$container" "$base"
    images rm "$container"
fi

images bud --isolation chroot --pull-never --format docker --secret "id=pip,src=$folder/pip.conf" \
    --volume "$folder/wheels:/wheels:ro" --file deploy/Dockerfile --tag "$tag" .
images images
