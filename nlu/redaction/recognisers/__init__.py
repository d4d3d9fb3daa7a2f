"""Recognisers for the United Kingdom, one a file, on Presidio's interface."""

from nlu.redaction.recognisers.addresses import AddressRecogniser
from nlu.redaction.recognisers.bank import BankRecogniser
from nlu.redaction.recognisers.births import BirthRecogniser
from nlu.redaction.recognisers.codes import AccessCodeRecogniser
from nlu.redaction.recognisers.emails import EmailRecogniser
from nlu.redaction.recognisers.names import NameRecogniser
from nlu.redaction.recognisers.nhs import NhsRecogniser
from nlu.redaction.recognisers.organisations import OrganisationRecogniser
from nlu.redaction.recognisers.phones import PhoneRecogniser
from nlu.redaction.recognisers.postcodes import PostcodeRecogniser
from nlu.redaction.recognisers.read import ReaderRecogniser
from nlu.redaction.recognisers.vehicles import VehicleRecogniser

ALL = (
    NameRecogniser,
    PhoneRecogniser,
    EmailRecogniser,
    PostcodeRecogniser,
    NhsRecogniser,
    VehicleRecogniser,
    BankRecogniser,
    AddressRecogniser,
    BirthRecogniser,
    AccessCodeRecogniser,
    OrganisationRecogniser,
    ReaderRecogniser,
)
__all__ = ["ALL"]
